package org.rodnan.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.Select;
import org.rodnan.FhirClient;
import org.rodnan.RodnanApplication;
import org.rodnan.SmallStudy;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/**
 * The pages in a real Chromium, over the seed trials. Skipped where there is none. With {@code
 * -Drodnan.screenshots=folder} each page is kept there as a picture.
 */
@EnabledIf(value = "org.rodnan.web.Browser#isInstalled", disabledReason = "there is no Chromium")
class PagesIT {
  private static final int DESK = 1280;
  private static final int PHONE = 390;
  private static final String PATIENT =
      "{\"resourceType\":\"Patient\",\"id\":\"%s\",\"gender\":\"%s\"}";

  private static ConfigurableApplicationContext server;
  private static Path dataDir;
  private static String root;
  private static Browser browser;

  @BeforeAll
  static void start() throws IOException {
    dataDir = Files.createTempDirectory("rodnan-pages-");
    server =
        SpringApplication.run(
            RodnanApplication.class, "--server.port=0", "--rodnan.data-dir=" + dataDir);
    root = "http://127.0.0.1:" + server.getEnvironment().getProperty("local.server.port");
    twoArms();
    versions();
    browser = Browser.start();
  }

  /** What the seed trials don't have: arms side by side, and events of no grade. */
  private static void twoArms() {
    SmallStudy study = new SmallStudy(client(), "pages-two-arms");
    study.subject("ineligible", "screen-failure", "", "");
    for (String arm : List.of("Active", "Placebo")) {
      study.subject("off-study", "completed", arm, arm);
      String lost = study.subject("withdrawn", "prohibited-treatment-needed", arm, arm);
      study.mrss(lost, "baseline", mrss -> {});
      study.event("ssc-adverse-event-valid-nausea", lost, event -> {});
    }
    String without = study.subject("on-study", "", "", "");
    study.event(
        "ssc-adverse-event-valid-outcome-unknown", without, event -> event.remove("extension"));
  }

  private static void versions() {
    FhirClient client = client();
    for (String gender : List.of("female", "male", "other")) {
      client.put("/Patient/pages-versions", PATIENT.formatted("pages-versions", gender));
      client.put("/Patient/pages-deleted", PATIENT.formatted("pages-deleted", gender));
    }
    assertThat(client.delete("/Patient/pages-deleted").status()).isLessThan(300);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
    FileSystemUtils.deleteRecursively(dataDir.toFile());
  }

  @BeforeEach
  void atADesk() {
    browser.width(DESK);
    browser.onPaper(false);
    browser.scheme("light");
    browser.withScripts(true);
    browser.complaints();
  }

  private static void open(String path) {
    browser.open(root + path);
  }

  private static FhirClient client() {
    return new FhirClient(URI.create(root + "/fhir"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/studies",
        "/studies/spiera-2011",
        "/studies/pope-2011",
        "/studies/khanna-2011",
        "/studies/pages-two-arms",
        "/subjects/spiera-2011-001",
        "/subjects/spiera-2011-030",
        "/resources/ResearchStudy/spiera-2011",
        "/resources/Observation/spiera-2011-001-duration-baseline",
        "/resources/Patient/pages-versions?from=1&to=3",
        "/resources/Patient/pages-deleted",
        "/search?url=Observation%3Fcode%3Dmrss-total%26value-quantity%3Dge30",
        "/search?url=Observation%3Fvalue-quantity%3Dmany",
        "/cohort",
        "/cohort?study=spiera-2011&n=high+skin+score&s=Observation%3Fcode%3Dmrss-total%26value-quantity%3Dge30"
            + "&t=baseline&x=&n=women&s=Patient%3Fgender%3Dfemale&n=fell&s=Observation%3Fcode%3Dmrss-total"
            + "&k=&k=&k=percent&v=&v=&v=-10",
        "/cohort?study=spiera-2011&s=nonsense",
        "/studies/nothing",
        "/ig/",
        "/ig/StructureDefinition/ssc-mrss",
        "/ig/OperationDefinition/ResearchSubject-timeline",
        "/ig/nothing"
      })
  void everybodyCanUseThePage(String path) {
    for (String scheme : List.of("light", "dark")) {
      for (int width : List.of(DESK, PHONE)) {
        browser.scheme(scheme);
        browser.width(width);
        open(path);
        String view = path + " " + scheme + " " + width;
        keep(view, "png", browser.screenshot());
        assertThat(browser.barriers()).as(view).isEmpty();
        assertThat(browser.overflow()).as(view + ": wider than the window").isLessThanOrEqualTo(0);
        assertThat(browser.all("h1")).as(view).hasSize(1);
        assertThat(browser.emptyPictures()).as(view).isEmpty();
        assertThat(browser.foreignFiles()).as(view).isEmpty();
      }
    }
    keep(path + " print", "pdf", browser.pdf());
    assertThat(browser.complaints())
        .as("what the browser complained about")
        .allMatch(line -> line.contains("the server responded with a status of 40"));
  }

  /** That nothing is found means something only if what is wrong would be. */
  @Test
  void theCheckFindsABarrier() {
    open("/search");
    assertThat(browser.barriers()).isEmpty();
    browser
        .driver()
        .executeScript("document.querySelectorAll('form label span').forEach(s => s.remove())");
    assertThat(browser.barriers()).anyMatch(barrier -> barrier.startsWith("select-name"));
  }

  private static void keep(String name, String type, byte[] bytes) {
    Optional.ofNullable(System.getProperty("rodnan.screenshots"))
        .ifPresent(folder -> {
          try {
            Path file = Path.of(folder, name.replaceAll("[^A-Za-z0-9]+", "-") + "." + type);
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void fromTheFirstPageToASubjectsMeasurement() {
    open("/");
    browser.driver().findElement(By.partialLinkText("(Spiera 2011)")).click();
    assertThat(browser.text("h1")).contains("Spiera 2011");
    assertThat(browser.text(".alert")).contains("synthetic").contains("HTEST");
    browser.driver().findElement(By.linkText("spiera-2011-001")).click();
    assertThat(browser.text(".alert")).contains("synthetic");
    WebElement row =
        browser.all("tbody tr").stream()
            .filter(each -> each.getText().startsWith("Disease duration"))
            .filter(each -> !each.findElements(By.partialLinkText("18 mo")).isEmpty())
            .findFirst()
            .orElseThrow();
    row.findElement(By.partialLinkText("18 mo")).click();
    assertThat(browser.text("h1")).isEqualTo("Observation spiera-2011-001-duration-baseline");
    assertThat(browser.text(".lead")).contains("Disease duration: 18 mo").contains("synthetic");
  }

  @Test
  void aQueryIsSeenWhileItIsBuilt() {
    open("/search?type=Observation");
    choose("p", 0, "code");
    browser.await("fieldset", "Modifier");
    write("v", 0, "mrss-total");
    browser.await("#address", "code=mrss-total");
    browser.find("button[name=add]").click();
    browser.await("form", "Criterion 2");
    choose("p", 1, "value-quantity");
    browser.await("fieldset:nth-of-type(2)", "Comparison");
    choose("c", 0, "ge");
    write("v", 1, "30");
    browser.await("#address", "value-quantity=ge30");
    String url = browser.text("#address").replace("GET ", "");
    long total = client().get(root + url + "&_summary=count").json().path("total").asLong();
    assertThat(total).isPositive();
    browser.await("#total", total + " resources found");
    assertThat(browser.find("#said").getDomProperty("textContent"))
        .as("read out")
        .isEqualTo(total + " resources found");
    assertThat(browser.text("#curl")).startsWith("curl ").contains(root + url);
    assertThat(browser.find("[data-copy]").isDisplayed()).isTrue();
  }

  private static void choose(String name, int place, String value) {
    whileItIsRenewed(
        () -> new Select(browser.all("select[name=" + name + "]").get(place)).selectByValue(value));
  }

  private static void write(String name, int place, String text) {
    String css = "input[name=" + name + "]:is([type=text], :not([type]))";
    whileItIsRenewed(() -> browser.all(css).get(place).sendKeys(text));
  }

  /**
   * The form is made anew when something is chosen in it, so that a field may go between being
   * found and being used; once somebody writes in it, it stays.
   */
  private static void whileItIsRenewed(Runnable use) {
    new FluentWait<>(use)
        .withTimeout(Duration.ofSeconds(10))
        .pollingEvery(Duration.ofMillis(50))
        .ignoring(StaleElementReferenceException.class)
        .ignoring(ElementNotInteractableException.class)
        .until(each -> {
          each.run();
          return true;
        });
  }

  /** Every count that is shown is one that the interface gives for the same. */
  @Test
  void aCohortIsSeenWhileItIsChosen() {
    open("/cohort?study=spiera-2011");
    browser.await("#total", "30 of 30 remain");
    write("s", 0, "Observation?code=mrss-total&value-quantity=ge30");
    write("t", 0, "baseline");
    browser.await("#address", "%23visit%3Dbaseline");
    browser.await("#total", "17 of 30 remain");
    browser.find("button[name=add]").click();
    browser.await("form", "Criterion 2");
    whileItIsRenewed(() -> browser.driver().switchTo().activeElement().sendKeys("fell"));
    write("s", 1, "Observation?code=mrss-total");
    choose("k", 1, "absolute");
    browser.await("fieldset:nth-of-type(2)", "From visit");
    write("v", 0, "-5");
    browser.await("#address", "-5");
    browser.await("tbody tr:nth-of-type(3)", "fell");
    String url = browser.text("#address").replace("GET ", "");
    List<String> lines =
        client().get(root + url + "&_format=csv").text().lines().map(String::strip).toList();
    assertThat(lines).hasSize(4);
    List<WebElement> rows = browser.all("tbody tr");
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).findElement(By.cssSelector("td:nth-of-type(2)")).getText())
          .isEqualTo(lines.get(i + 1).split(",")[2]);
    }
    assertThat(browser.find("#said").getDomProperty("textContent")).endsWith("of 30 remain");
    whileItIsRenewed(() -> browser.all("button[name=remove]").getFirst().click());
    browser.await("#total", "16 of 30 remain");
  }

  @Test
  void aCohortIsChosenWithoutScripts() {
    browser.withScripts(false);
    open("/cohort?study=spiera-2011");
    browser.find("input[name=s]").sendKeys("Patient?gender=female", Keys.ENTER);
    browser.await("#total", "24 of 30 remain");
    String table =
        String.valueOf(
            browser.driver().findElement(By.linkText("The table as CSV")).getDomProperty("href"));
    assertThat(client().get(table).text()).contains("step,name,remaining", ",24,");
  }

  /** What is typed while an answer is on its way stays. */
  @Test
  void typingIsNotInterrupted() {
    open("/search?type=Patient&p=_id&m=&c=&v=");
    String text = "spiera-2011-001,spiera-2011-002,spiera-2011-003";
    for (String letter : text.split("")) {
      write("v", 0, letter);
    }
    browser.await("#total", "3 resources found");
    assertThat(browser.find("input[name=v][type=text]").getDomProperty("value")).isEqualTo(text);
  }

  @Test
  void aQueryIsBuiltWithoutScriptsAndWithoutAMouse() {
    browser.withScripts(false);
    open("/search?url=Observation%3Fcode%3Dmrss-total%26visit%3Dbaseline");
    assertThat(browser.all("fieldset")).hasSize(2);
    assertThat(browser.find("[data-copy]").isDisplayed()).isFalse();
    browser
        .all("input[type=text][name=v]")
        .get(1)
        .sendKeys(Keys.chord(Keys.CONTROL, "a"), "month-12", Keys.ENTER);
    browser.await("#address", "visit=month-12");
    long total =
        client()
            .get("/Observation?code=mrss-total&visit=month-12&_summary=count")
            .json()
            .path("total")
            .asLong();
    browser.await("#total", total + " resources found");
  }

  @Test
  void theNextPageGoesOn() {
    open("/search?url=Patient%3F_count%3D10");
    String first = browser.text("tbody th");
    browser.find("#answer .actions a").click();
    browser.await("#total", "resources found");
    assertThat(browser.text("tbody th")).isNotEqualTo(first);
  }

  @Test
  void aRefusedQuerySaysWhy() {
    open("/search?url=Observation%3Fvalue-quantity%3Dmany");
    assertThat(browser.text("[role=alert]")).contains("value-quantity").contains("many");
  }

  @Test
  void versionsAndTheirDifferencesAreShown() {
    FhirClient client = client();
    String patient =
        """
        {"resourceType":"Patient","id":"pages-1","gender":"%s",\
        "identifier":[{"system":"https://example.org/subject","value":"pages-1"}]}\
        """;
    assertThat(client.put("/Patient/pages-1", patient.formatted("female")).status()).isEqualTo(201);
    assertThat(client.put("/Patient/pages-1", patient.formatted("male")).status()).isEqualTo(200);
    assertThat(
            client
                .put(
                    "/Patient/pages-1",
                    patient.formatted("male").replace("\"gender\":\"male\",", ""))
                .status())
        .isEqualTo(200);
    open("/resources/Patient/pages-1");
    assertThat(browser.text("main"))
        .contains("What changed from version 2 to 3")
        .contains("Patient.gender");
    assertThat(browser.text("del")).isEqualTo("male");
    browser.driver().findElement(By.linkText("From version 1 to 2")).click();
    assertThat(browser.text("del")).isEqualTo("female");
    assertThat(browser.text("ins")).isEqualTo("male");
    assertThat(client.send("DELETE", "/Patient/pages-1", Optional.empty()).status())
        .isLessThan(300);
    open("/resources/Patient/pages-1");
    assertThat(browser.text(".alert")).contains("deleted");
    browser.driver().findElement(By.linkText("Version 1")).click();
    assertThat(browser.text("main")).contains("female");
  }

  /** The picture is that of the operation, and its table and that of events have its numbers. */
  @Test
  void theFlowAndTheEventsAreThoseOfTheOperations() {
    open("/studies/spiera-2011");
    WebElement picture = browser.find("img[src*=participant-flow]");
    assertThat(picture.getDomProperty("complete")).isEqualTo("true");
    assertThat(Integer.parseInt(picture.getDomProperty("naturalWidth"))).isGreaterThan(400);
    assertThat(rows("#flow"))
        .containsAll(
            List.of(
                "Month 3 27 27 records, as published", "Completed 24 24 records, as published"));
    String study = "/ResearchStudy/spiera-2011";
    String flow = client().get(study + "/$participant-flow?_format=csv").text();
    assertThat(rows("#flow")).hasSize((int) flow.lines().count() - 1);
    String events = client().get(study + "/$adverse-events?_format=csv").text();
    assertThat(rows("#adverse-events")).hasSize((int) events.lines().count());
    assertThat(events).contains("Oedema,24,80.0,32,20,12,0,0,0,0,32");
    assertThat(rows("#adverse-events"))
        .startsWith("Any 30 100.0 358 213 110 32 2 1 24 171")
        .contains("Oedema 24 80.0 32 20 12 0 0 0 0 32");
    browser.driver().findElement(By.linkText("Diagram as SVG")).click();
    assertThat(browser.text("svg")).contains("Withdrawn");
  }

  /** Every picture has its numbers below it, as a table and as CSV, and can be taken as SVG. */
  @ParameterizedTest
  @ValueSource(
      strings = {"/studies/spiera-2011", "/studies/pages-two-arms", "/subjects/spiera-2011-001"})
  void everyPictureHasItsTableAndItsFiles(String path) {
    open(path);
    List<WebElement> pictures = browser.all("main img");
    assertThat(pictures).isNotEmpty();
    for (WebElement picture : pictures) {
      String source = String.valueOf(picture.getDomAttribute("src"));
      assertThat(picture.getDomAttribute("alt")).as(source).contains("table below");
      assertThat(followers(picture, "a[href='" + source + "']")).as(source).isPositive();
      assertThat(followers(picture, "table")).as(source).isPositive();
      String operation = source.substring(0, source.indexOf('?'));
      assertThat(followers(picture, "a[href^='" + operation + "'][href*='_format=csv']"))
          .as(source)
          .isPositive();
      assertThat(client().get(root + source).text()).doesNotContain("no numbers to draw");
    }
  }

  /** How many elements there are after one. */
  private static long followers(WebElement element, String css) {
    return ((Number)
            browser
                .driver()
                .executeScript(
                    "const [from, css] = arguments;"
                        + "return [...document.querySelectorAll(css)].filter((each) =>"
                        + " from.compareDocumentPosition(each) & 4).length",
                    element,
                    css))
        .longValue();
  }

  /** Pages round; what isn't rounded is in the CSV. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/studies/spiera-2011",
        "/studies/pope-2011",
        "/studies/khanna-2011",
        "/subjects/spiera-2011-001"
      })
  void numbersAreRounded(String path) {
    open(path);
    browser
        .all("details")
        .forEach(each -> browser.driver().executeScript("arguments[0].open = true", each));
    assertThat(browser.text("main")).doesNotContainPattern("\\d\\.\\d{7}");
  }

  @Test
  void aSubjectsTimelineIsThatOfTheOperation() {
    open("/subjects/spiera-2011-001");
    String timeline = "/ResearchSubject/spiera-2011-001/$timeline";
    String csv = client().get(timeline + "?_format=csv").text();
    List<String> rows = rows("#timeline");
    assertThat(rows).hasSize((int) csv.lines().count() - 1);
    assertThat(rows).contains("Oedema 19 25 adverse event Resolved 1");
    assertThat(csv).contains("adverse-event,,,Oedema").contains("19,25,");
    browser.driver().findElement(By.linkText("Timeline as SVG")).click();
    assertThat(browser.find("svg > desc").getDomProperty("textContent"))
        .contains("Oedema day 19 to 25, grade 1");
  }

  @Test
  void findingsOfDataQualityAreThoseOfTheOperation() {
    open("/studies/pages-two-arms");
    String csv = client().get("/ResearchStudy/pages-two-arms/$data-quality?_format=csv").text();
    List<String> found =
        csv.lines()
            .skip(1)
            .map(line -> line.split(",", 3)[1].replace("ResearchSubject/", ""))
            .toList();
    List<WebElement> rules = browser.all("#quality ~ details");
    List<String> rows = new ArrayList<>();
    for (WebElement rule : rules) {
      WebElement summary = rule.findElement(By.tagName("summary"));
      summary.click();
      List<WebElement> shown = rule.findElements(By.cssSelector("tbody tr"));
      assertThat(summary.getText()).endsWith("(" + shown.size() + ")");
      shown.forEach(row -> rows.add(row.getText()));
    }
    assertThat(rows).hasSameSizeAs(found);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i)).startsWith(found.get(i));
    }
    assertThat(rows).anyMatch(row -> row.contains("Modified Rodnan skin score"));
    assertThat(browser.all("a[href$='$data-quality?_format=csv']")).hasSize(1);
  }

  @Test
  void theForestIsThatOfTheOperation() {
    open("/studies/spiera-2011");
    WebElement link =
        browser.all("a[href*='$endpoint'][href*='_format=csv']").stream()
            .filter(each -> String.valueOf(each.getDomAttribute("href")).contains("Men"))
            .findFirst()
            .orElseThrow();
    List<String> lines =
        client().get(String.valueOf(link.getDomProperty("href"))).text().lines().skip(1).toList();
    List<String> rows = rows("#subgroups");
    assertThat(rows).hasSameSizeAs(lines).hasSizeGreaterThan(8);
    for (int i = 0; i < rows.size(); i++) {
      String[] cells = lines.get(i).split(",");
      String name = cells[1].equals("all") ? "All" : cells[1];
      assertThat(rows.get(i))
          .startsWith(name + " " + cells[3] + " ")
          .contains(String.format(Locale.ROOT, "%.1f", Double.parseDouble(cells[8])));
    }
  }

  @Test
  void whatWasPublishedStandsBesideWhatIsComputed() {
    open("/studies/spiera-2011");
    List<String> lines =
        client()
            .get("/ResearchStudy/spiera-2011/$published?_format=csv")
            .text()
            .lines()
            .skip(1)
            .toList();
    assertThat(browser.text("#beside ~ p")).startsWith("Of " + lines.size() + " printed numbers");
    WebElement misprints =
        browser.all("details").stream()
            .filter(each -> each.getText().startsWith("Misprints ("))
            .findFirst()
            .orElseThrow();
    misprints.findElement(By.tagName("summary")).click();
    assertThat(misprints.findElements(By.cssSelector("tbody tr")))
        .hasSize((int) lines.stream().filter(line -> line.contains(",misprint,")).count())
        .isNotEmpty()
        .allMatch(WebElement::isDisplayed);
  }

  @Test
  void onPaperThereAreNumbersAndPicturesAndNothingToClick() {
    browser.scheme("dark");
    open("/studies/spiera-2011");
    browser.onPaper(true);
    for (String css : List.of("header", "footer", ".contents", ".actions")) {
      assertThat(browser.find(css).isDisplayed()).as(css).isFalse();
    }
    assertThat(browser.all("main img")).isNotEmpty().allMatch(WebElement::isDisplayed);
    assertThat(browser.emptyPictures()).isEmpty();
    assertThat(browser.find("body").getCssValue("background-color"))
        .as("paper is white")
        .contains("255, 255, 255");
    assertThat(
            browser
                .driver()
                .executeScript(
                    "return [...document.querySelectorAll('details')].every((details) =>"
                        + " details.querySelector('table')"
                        + ".checkVisibility({contentVisibilityAuto: true})"
                        + " === (details.querySelectorAll('tbody tr').length <= 100))"))
        .as("what is folded on a screen is printed, unless it is long")
        .isEqualTo(true);
  }

  /** No mouse, and nobody has to know where anything is: one key leads through the page. */
  @Test
  void aCohortIsChosenWithTheKeyboardAlone() {
    open("/cohort?study=spiera-2011");
    browser.await("#total", "30 of 30 remain");
    tabTo("input[name=s]");
    press("Patient?gender=female");
    browser.await("#total", "24 of 30 remain");
    tabTo("button[name=add]");
    press(Keys.ENTER);
    browser.await("form", "Criterion 2");
    tabTo("fieldset:nth-of-type(2) input[name=s]");
    press("Observation?code=mrss-total&value-quantity=ge30");
    browser.await("tbody tr:nth-of-type(3)", "2");
    assertThat(browser.all("tbody tr")).as("the funnel has grown").hasSize(3);
    tabTo("fieldset:nth-of-type(2) button[name=remove]");
    press(Keys.SPACE);
    browser.await("#total", "24 of 30 remain");
    assertThat(browser.all("fieldset")).hasSize(1);
  }

  /** What is wider than the window can be scrolled by keys. */
  @Test
  void aTableIsScrolledWithTheKeyboardAlone() {
    browser.width(PHONE);
    open("/subjects/spiera-2011-001");
    WebElement region = browser.all(".wide:has(table)").getFirst();
    String caption = String.valueOf(region.getDomAttribute("aria-label"));
    tabTo(".wide[aria-label='" + caption + "']");
    assertThat(region.getDomProperty("scrollLeft")).isEqualTo("0");
    press(Keys.ARROW_RIGHT);
    browser.awaitThat(() -> !"0".equals(region.getDomProperty("scrollLeft")), "it scrolled");
  }

  private static void press(CharSequence keys) {
    new Actions(browser.driver()).sendKeys(keys).perform();
  }

  /** Goes on by the tabulator key until this has the focus, which is to be seen. */
  private static void tabTo(String css) {
    for (int i = 0; i < 200; i++) {
      press(Keys.TAB);
      Object found =
          browser
              .driver()
              .executeScript(
                  "const at = document.activeElement;"
                      + "return at.matches(arguments[0]) ? getComputedStyle(at).outlineStyle : ''",
                  css);
      if (!"".equals(found)) {
        assertThat(found).as("the outline of what has the focus").isEqualTo("solid");
        return;
      }
    }
    throw new AssertionError("The tabulator key doesn't lead to " + css);
  }

  /** The cells of the first table after a heading, row by row. */
  private static List<String> rows(String heading) {
    return browser
        .all(heading + " ~ .wide:has(table)")
        .getFirst()
        .findElements(By.cssSelector("tbody tr"))
        .stream()
        .map(WebElement::getText)
        .toList();
  }

  @Test
  void whatIsNotThereLeadsOn() {
    open("/studies/nothing");
    assertThat(browser.text("[role=alert]")).contains("ResearchStudy/nothing");
    browser.driver().findElement(By.linkText("See all studies")).click();
    assertThat(browser.text("h1")).isEqualTo("Rodnan");
  }

  @Test
  void theKeyboardSkipsToTheContent() {
    open("/studies/spiera-2011");
    browser.find("body").sendKeys(Keys.TAB);
    WebElement focused = browser.driver().switchTo().activeElement();
    assertThat(focused.getText()).isEqualTo("Skip to content");
    focused.sendKeys(Keys.ENTER);
    assertThat(browser.driver().getCurrentUrl()).endsWith("#content");
  }
}
