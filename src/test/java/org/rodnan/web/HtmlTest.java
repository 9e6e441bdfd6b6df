package org.rodnan.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HtmlTest {
  @Test
  void escapesTextAndAttributes() {
    String html = new Html().element("a", "<script>&'\"", "href", "\"><script>'&").toString();
    assertThat(html)
        .isEqualTo(
            "<!DOCTYPE html>\n<a href=\"&quot;&gt;&lt;script&gt;&#39;&amp;\">"
                + "&lt;script&gt;&amp;&#39;&quot;</a>");
  }

  @Test
  void refusesToEndWithSomethingOpen() {
    assertThatThrownBy(() -> new Html().open("p").toString())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("p");
  }
}
