package org.rodnan.web;

import java.util.function.Consumer;

/**
 * A part of a study's page with a heading of its own.
 *
 * @param id of the heading, to be linked to
 * @param content writes what comes below the heading
 */
record StudySection(String id, String title, Consumer<Html> content) {
  void write(Html html) {
    html.element("h2", title, "id", id);
    content.accept(html);
  }
}
