package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirFailure;

/** Contained resources: https://hl7.org/fhir/R4/search.html#contained */
final class ContainedTest extends SearchTest {
  /** A request of a patient that contains medications, each given by its id and the rest. */
  private void request(String id, String... medications) {
    List<String> contained = new ArrayList<>();
    for (int i = 0; i < medications.length; i += 2) {
      String rest = medications[i + 1].isEmpty() ? "" : "," + medications[i + 1];
      contained.add("{'resourceType':'Medication','id':'" + medications[i] + "'" + rest + "}");
    }
    fixture.put(
        "MedicationRequest/" + id,
        "'status':'active','intent':'order','subject':{'reference':'Patient/p'},'contained':["
            + String.join(",", contained)
            + "],'medicationReference':{'reference':'#"
            + medications[0]
            + "'}");
  }

  private static String code(String code) {
    return "'code':{'coding':[{'system':'urn:m','code':'" + code + "'}]}";
  }

  private static String lot(String lot) {
    return "'batch':{'lotNumber':'" + lot + "'}";
  }

  @Test
  void findsContainedResourcesOnlyWhenAskedTo() {
    fixture.put("Patient/p", "");
    fixture.put("Medication/m", code("a"));
    request("r", "in", code("a"));
    for (String contained : List.of("", "&_contained=false")) {
      assertThat(search("Medication?code=a" + contained)).containsExactly("m");
      assertThat(search("Medication?code:not=b" + contained)).containsExactly("m");
      assertThat(search("Medication?_id=in" + contained)).isEmpty();
      assertThat(search("Medication?status:missing=true" + contained)).containsExactly("m");
    }
    assertThat(fixture.page("?_contained=false").total()).hasValue(3);
    assertThat(fixture.page("?_summary=count").total()).hasValue(3);
    assertThat(search("?_id:missing=false")).containsExactly("p", "m", "r");
    assertThat(search("?_tag:not=urn:t%7Cx")).containsExactly("p", "m", "r");
    assertThat(search("Patient/p/*")).containsExactly("p", "r");
    assertThat(search("Medication?_contained=true&code=a")).containsExactly("r");
    assertThat(search("Medication?_contained=both&code=a")).containsExactly("m", "r");
    assertThat(search("Medication?_contained=true&_containedType=contained&code=a"))
        .containsExactly("r#in");
    assertThat(search("Medication?_contained=both&_containedType=contained&code=a"))
        .containsExactly("m", "r#in");
  }

  @Test
  void showsTheContainedResourceAlone() {
    request("r", "x", code("a"), "y", lot("L1") + "," + code("b"));
    SearchPage page = fixture.page("Medication?_contained=true&_containedType=contained&code=b");
    assertThat(page.total()).hasValue(1);
    SearchPage.Entry entry = page.entries().getFirst();
    assertThat(entry.key()).hasToString("MedicationRequest/r");
    assertThat(entry.contained().map(Object::toString)).hasValue("Medication/y");
    assertThat(new String(entry.json(), StandardCharsets.UTF_8))
        .isEqualTo(
            ("{'resourceType':'Medication','id':'y'," + lot("L1") + "," + code("b") + "}")
                .replace('\'', '"'));
  }

  @Test
  void allCriteriaMustFitOneContainedResource() {
    request("one", "x", code("a") + "," + lot("1"));
    request("two", "x", code("a"), "y", lot("1"));
    request("other", "x", code("b") + ",'text':{'status':'generated','div':'<div>green</div>'}");
    String contained = "Medication?_contained=true&";
    assertThat(search(contained + "code=a&lot-number=1")).containsExactly("one");
    assertThat(search(contained + "code=a")).containsExactly("one", "two");
    assertThat(search(contained + "code:missing=true")).containsExactly("two");
    assertThat(search(contained + "code:not=a")).containsExactly("two", "other");
    assertThat(search(contained + "_id=y")).containsExactly("two");
    assertThat(search(contained + "_id:missing=false")).containsExactly("one", "two", "other");
    assertThat(search(contained + "_content=green")).containsExactly("other");
    assertThat(search(contained + "_text=not+green")).containsExactly("one", "two");
    assertThat(search(contained + "_lastUpdated=gt2020")).hasSize(3);
    assertThat(search("?_type=Medication,Patient&_contained=true&_id=x"))
        .containsExactly("one", "two", "other");
  }

  @Test
  void followsReferencesOutOfContainedResources() {
    fixture.put("Organization/bayer", "'name':'Bayer'");
    fixture.put("Organization/other", "'name':'Other'");
    request("r", "x", "'manufacturer':{'reference':'Organization/bayer'}");
    request("s", "x", "'manufacturer':{'reference':'Organization/other'}");
    String contained = "Medication?_contained=true&";
    assertThat(search(contained + "manufacturer=Organization/bayer")).containsExactly("r");
    assertThat(search(contained + "manufacturer.name=oth")).containsExactly("s");
    assertThat(
            search(
                contained
                    + "_containedType=contained&manufacturer.name=oth&_include=Medication:manufacturer"))
        .containsExactly("s#x", "[Organization/other]");
    fixture.put("Patient/p", "");
    request("t", "x", code("a"));
    assertThat(search(contained + "code=a&_include=MedicationRequest:subject"))
        .containsExactly("t", "[Patient/p]");
    assertThat(search(contained + "code=a&_include=*")).containsExactly("t", "[Patient/p]");
    assertThat(search("Organization?_has:Medication:manufacturer:_id=x")).isEmpty();
    assertThat(search("Organization?_id=bayer&_revinclude=Medication:manufacturer"))
        .containsExactly("bayer");
  }

  @Test
  void sortsAndPages() {
    fixture.put("Medication/m", code("k5"));
    for (int i = 0; i < 10; i++) {
      request("r" + i, "x", code("k" + (i * 7) % 10), "y", code("z"), "n", "");
    }
    String both = "Medication?_contained=both&code:not=k0&_count=4";
    String codes = "&_sort=code";
    // The least value of all that a container has counts, as with any repeated value.
    assertThat(walk(both + codes))
        .containsExactly("r0", "r3", "r6", "r9", "r2", "m", "r5", "r8", "r1", "r4", "r7");
    assertThat(walk(both + "&_sort=-_id").getFirst()).isEqualTo("r0");
    List<String> contained = walk(both + "&_containedType=contained" + codes);
    assertThat(contained).hasSize(30).doesNotHaveDuplicates().startsWith("r3#x", "r6#x");
    assertThat(contained.subList(4, 6)).containsExactly("m", "r5#x");
    assertThat(contained.subList(10, 20)).allMatch(id -> id.endsWith("#y"));
    assertThat(contained.subList(20, 30)).allMatch(id -> id.endsWith("#n"));
    List<String> created = walk(both + "&_containedType=contained");
    assertThat(created).hasSize(30).doesNotHaveDuplicates();
    assertThat(created).startsWith("m", "r0#y", "r0#n", "r1#x", "r1#y", "r1#n");
    assertThat(fixture.page(both + "&_summary=count").total()).hasValue(11);
  }

  /** All matches; each page must tell their number. */
  private List<String> walk(String url) {
    List<String> ids = new ArrayList<>();
    List<Long> totals = new ArrayList<>();
    SearchPage page = fixture.page(url);
    while (true) {
      ids.addAll(SearchFixture.ids(page));
      totals.add(page.total().orElseThrow());
      Optional<String> next = page.next();
      if (next.isEmpty()) {
        break;
      }
      page = fixture.next(next.get());
    }
    assertThat(totals).allMatch(total -> total == ids.size());
    return ids;
  }

  @Test
  void changesAndGoesWithItsContainer() {
    request("r", "x", code("a"), "y", code("a"));
    String contained = "Medication?_contained=true&_containedType=contained&code=";
    assertThat(search(contained + "a")).containsExactly("r#x", "r#y");
    request("r", "x", code("b"));
    assertThat(search(contained + "a")).isEmpty();
    assertThat(search(contained + "b")).containsExactly("r#x");
    fixture.log.delete("MedicationRequest/r");
    assertThat(search(contained + "b")).isEmpty();
    assertThat(search("Medication?_contained=both")).isEmpty();
  }

  @Test
  void isInTheCompartmentsOfItsContainer() {
    fixture.put("Patient/p", "");
    fixture.put("Patient/q", "");
    request("r", "x", code("a"));
    assertThat(search("Patient/p/Medication?_contained=true&code=a")).containsExactly("r");
    assertThat(search("Patient/q/Medication?_contained=true&code=a")).isEmpty();
  }

  @Test
  void findsByStoredParameters() {
    request("r", "x", "'amount':{'numerator':{'value':5}}");
    request("s", "x", "'amount':{'numerator':{'value':6}}");
    fixture.put(
        "SearchParameter/amount",
        "'status':'active','url':'urn:sp','name':'amount','description':'-','code':'amount',"
            + "'base':['Medication'],'type':'number','expression':'Medication.amount.numerator.value'");
    fixture.awaitIndexed();
    assertThat(search("Medication?_contained=true&amount=gt5")).containsExactly("s");
    request("t", "x", "'amount':{'numerator':{'value':7}}");
    assertThat(search("Medication?_contained=true&amount=gt5&_sort=-amount"))
        .containsExactly("t", "s");
  }

  @Test
  void refusesWhatCantBeAskedOfContainedResources() {
    for (String bad :
        List.of(
            "Medication?_contained=yes",
            "Medication?_contained=true&_containedType=both",
            "?_contained=true",
            "Medication?_contained=true&_list=1",
            "Medication?_contained=true&_filter=code+eq+a",
            "Medication?_contained=both&_has:MedicationRequest:medication:status=active",
            "Medication?_contained=true&_sort=manufacturer.name",
            "Medication?_contained=true&no-such=1")) {
      assertThatThrownBy(() -> search(bad)).as(bad).isInstanceOf(FhirFailure.Malformed.class);
    }
  }
}
