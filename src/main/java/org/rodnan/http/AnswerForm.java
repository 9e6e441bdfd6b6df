package org.rodnan.http;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** In which form an operation answers, where it has several. */
enum AnswerForm {
  /** FHIR, in the format that was negotiated. */
  RESOURCE(Set.of()),
  /** CSV (RFC 4180). */
  TABLE(Set.of("csv", "text/csv")),
  /** SVG. */
  PICTURE(Set.of("svg", "image/svg+xml"));

  private static final Pattern FHIR = Pattern.compile("application/(fhir\\+)?(json|xml)");

  private final Set<String> names;

  AnswerForm(Set<String> names) {
    this.names = names;
  }

  /**
   * The form that is asked for. {@code _format} goes before {@code Accept}; of several forms in
   * that the one liked best, where a table or picture that is named goes before FHIR that is liked
   * as much.
   *
   * @param accept the values of all Accept headers
   */
  static AnswerForm of(List<String> accept, QueryParameters query) {
    return query
        .only("_format")
        // An unescaped '+' has become a space.
        .map(value -> of(MediaType.parse(value.strip().replace(' ', '+'))).orElse(RESOURCE))
        .orElseGet(() -> {
          List<MediaType> ranges =
              accept.stream()
                  .flatMap(header -> Stream.of(header.split(",", -1)))
                  .map(MediaType::parse)
                  .filter(range -> range.quality() > 0)
                  .toList();
          double fhir =
              ranges.stream()
                  .filter(range -> FHIR.matcher(range.type()).matches())
                  .mapToDouble(MediaType::quality)
                  .max()
                  .orElse(0);
          return ranges.stream()
              .filter(range -> range.quality() >= fhir && of(range).isPresent())
              .max(Comparator.comparingDouble(MediaType::quality))
              .flatMap(AnswerForm::of)
              .orElse(RESOURCE);
        });
  }

  private static Optional<AnswerForm> of(MediaType type) {
    return Arrays.stream(values()).filter(form -> form.names.contains(type.type())).findFirst();
  }
}
