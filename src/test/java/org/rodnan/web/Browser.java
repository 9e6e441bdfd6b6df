package org.rodnan.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.print.PrintOptions;
import org.springframework.util.FileSystemUtils;

/** A real Chromium without a window, with a profile of its own that goes away with it. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path profile;
  private final ChromeDriver driver;
  private final String axe;

  private Browser(Path profile, ChromeDriver driver, String axe) {
    this.profile = profile;
    this.driver = driver;
    this.axe = axe;
  }

  /** Whether there is a Chromium on this machine: {@code CHROME_BIN}, or where Debian puts it. */
  static boolean isInstalled() {
    return chromium().isPresent() && driverProgram().isPresent();
  }

  private static Optional<Path> chromium() {
    return Stream.of(
            Optional.ofNullable(System.getenv("CHROME_BIN")).orElse(""), "/usr/bin/chromium")
        .filter(path -> !path.isEmpty())
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Optional<Path> driverProgram() {
    return Stream.of(
            Optional.ofNullable(System.getenv("CHROMEDRIVER_BIN")).orElse(""),
            "/usr/bin/chromedriver")
        .filter(path -> !path.isEmpty())
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  static Browser start() {
    try {
      Path profile = Files.createTempDirectory("rodnan-browser-");
      ChromeOptions options = new ChromeOptions();
      options.setBinary(chromium().orElseThrow().toFile());
      options.addArguments(
          "--headless=new",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--disable-dev-shm-usage",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--user-data-dir=" + profile);
      options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL"));
      ChromeDriverService service =
          new ChromeDriverService.Builder()
              .usingDriverExecutable(driverProgram().orElseThrow().toFile())
              .build();
      ChromeDriver driver = new ChromeDriver(service, options);
      driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(2));
      try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
        return new Browser(profile, driver, new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ChromeDriver driver() {
    return driver;
  }

  /** A window of this width, as a telephone or a desk has it. */
  void width(int pixels) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", pixels, "height", 900, "deviceScaleFactor", 1, "mobile", pixels < 600));
  }

  void scheme(String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** As on paper, or on a screen again. */
  void onPaper(boolean enabled) {
    driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("media", enabled ? "print" : ""));
  }

  void withScripts(boolean enabled) {
    driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", !enabled));
  }

  void open(String url) {
    driver.get(url);
  }

  WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  List<WebElement> all(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  String text(String css) {
    return find(css).getText();
  }

  /** Returns once an element's text contains this. */
  void await(String css, String text) {
    new org.openqa.selenium.support.ui.FluentWait<>(driver)
        .withTimeout(PATIENCE)
        .pollingEvery(Duration.ofMillis(50))
        .ignoring(org.openqa.selenium.WebDriverException.class)
        .withMessage(() -> "'" + text + "' in " + css)
        .until(each -> text(css).contains(text));
  }

  /** Returns once this is so. */
  void awaitThat(BooleanSupplier condition, String what) {
    new org.openqa.selenium.support.ui.FluentWait<>(driver)
        .withTimeout(PATIENCE)
        .pollingEvery(Duration.ofMillis(50))
        .withMessage(what)
        .until(each -> condition.getAsBoolean());
  }

  /** How many pixels the page is wider than its window. */
  long overflow() {
    return ((Number)
            driver.executeScript(
                "return document.documentElement.scrollWidth"
                    + " - document.documentElement.clientWidth"))
        .longValue();
  }

  /** Where the pictures are that show nothing. */
  @SuppressWarnings("unchecked")
  List<String> emptyPictures() {
    return (List<String>)
        driver.executeScript(
            "return [...document.images].filter((image) => !image.naturalWidth)"
                + ".map((image) => image.currentSrc)");
  }

  /** What the page took from elsewhere than where it came from. */
  @SuppressWarnings("unchecked")
  List<String> foreignFiles() {
    return (List<String>)
        driver.executeScript(
            "return performance.getEntriesByType('resource').map((entry) => entry.name)"
                + ".filter((name) => !name.startsWith(location.origin + '/'))");
  }

  /** What axe finds serious or critical, each with the place. */
  @SuppressWarnings("unchecked")
  List<String> barriers() {
    driver.executeScript(axe);
    Object found =
        driver.executeAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run(document, {resultTypes: ["violations"]}).then(
              (result) => done(result.violations
                .filter((each) => each.impact === "serious" || each.impact === "critical")
                .flatMap((each) => each.nodes.map(
                  (node) => `${each.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))),
              (error) => done([String(error)]));
            """);
    return (List<String>) found;
  }

  /** What the browser complained about, such as what the Content-Security-Policy stopped. */
  List<String> complaints() {
    return driver.manage().logs().get("browser").getAll().stream()
        .map(Object::toString)
        .filter(line -> line.contains("SEVERE"))
        .toList();
  }

  byte[] screenshot() {
    Object height =
        driver.executeScript("return Math.min(document.documentElement.scrollHeight, 16000)");
    Object width = driver.executeScript("return document.documentElement.clientWidth");
    Map<String, Object> result =
        driver.executeCdpCommand(
            "Page.captureScreenshot",
            Map.of(
                "captureBeyondViewport",
                true,
                "clip",
                Map.of("x", 0, "y", 0, "width", width, "height", height, "scale", 1)));
    return Base64.getDecoder().decode((String) result.get("data"));
  }

  byte[] pdf() {
    return OutputType.BYTES.convertFromBase64Png(driver.print(new PrintOptions()).getContent());
  }

  @Override
  public void close() {
    driver.quit();
    FileSystemUtils.deleteRecursively(profile.toFile());
  }
}
