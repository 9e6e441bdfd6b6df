package org.rodnan.http;

import jakarta.servlet.MultipartConfigElement;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.rodnan.export.ClinicalTrialsExport;
import org.rodnan.export.ElementChoice;
import org.rodnan.export.ExportJobs;
import org.rodnan.export.RecordOwners;
import org.rodnan.export.SdtmExport;
import org.rodnan.export.ViewLibrary;
import org.rodnan.export.ViewRun;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.hl7v2.Hl7v2Receiver;
import org.rodnan.index.ResourceIndex;
import org.rodnan.ingest.BulkImport;
import org.rodnan.ingest.Ingest;
import org.rodnan.ingest.IngestSettings;
import org.rodnan.ingest.PackageInstaller;
import org.rodnan.interaction.Interactions;
import org.rodnan.operation.Operations;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.StoreSettings;
import org.rodnan.terminology.Artifacts;
import org.rodnan.terminology.TerminologyService;
import org.rodnan.validation.ResourceValidator;
import org.rodnan.view.ViewCompiler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.FileSystemUtils;

@Configuration
@EnableConfigurationProperties(HttpSettings.class)
class HttpConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConfiguration.class);
  private static final String BASE_PATH = "/fhir";

  /** Bytes of a part of a form that aren't worth a file. */
  private static final int MEMORY_MAX = 64 * 1024;

  @Bean(destroyMethod = "shutdown")
  ExecutorService answeringLater(HttpSettings settings) {
    return Executors.newFixedThreadPool(
        settings.asyncThreads(), Thread.ofPlatform().name("async-", 0).daemon().factory());
  }

  @Bean
  CurrentCapabilities currentCapabilities(
      Interactions interactions,
      ResourceStore store,
      ResourceIndex index,
      Limits limits,
      Clock clock,
      ObjectProvider<BuildProperties> build) {
    return new CurrentCapabilities(
        () -> index.parameters(store.head(), limits.queryTimeMax()),
        Artifacts.read(StructureDefinition.class, "profiles/StructureDefinition"),
        NamedOperation.offered(interactions.expunge().isAllowed()),
        limits,
        Optional.ofNullable(build.getIfAvailable())
            .map(BuildProperties::getVersion)
            .orElse("development"),
        clock);
  }

  @Bean
  ServletRegistrationBean<ApiDocsServlet> apiDocsServlet(
      CurrentCapabilities capabilities, HttpSettings settings) {
    String basePath =
        Optional.ofNullable(settings.baseUrl())
            .map(url -> URI.create(url).getPath())
            .orElse(BASE_PATH);
    return new ServletRegistrationBean<>(
        new ApiDocsServlet(() -> OpenApiDocument.of(capabilities.statement(), basePath)),
        BASE_PATH + "/api-docs",
        BASE_PATH + "/swagger-ui/*");
  }

  @Bean
  ElementChoice elementChoice() {
    return (type, json, elements) ->
        new Projection(Projection.Summary.FALSE, elements).apply(type, json);
  }

  @Bean
  ViewEndpoint viewEndpoint(
      ViewCompiler compiler,
      ViewLibrary library,
      RecordOwners owners,
      ViewRun runs,
      StoreSettings settings) {
    Path temporary = settings.folder().resolve("temporary");
    FileSystemUtils.deleteRecursively(temporary.toFile());
    return new ViewEndpoint(compiler, library, owners, runs, temporary);
  }

  @Bean
  ServletRegistrationBean<FhirServlet> fhirServlet(
      Interactions interactions,
      Operations operations,
      TerminologyService terminology,
      PackageInstaller packages,
      Ingest ingest,
      BulkImport imports,
      SdtmExport sdtm,
      ClinicalTrialsExport clinicalTrials,
      ViewEndpoint views,
      ExportJobs exports,
      ResourceParser parser,
      CurrentCapabilities capabilities,
      IdGenerator ids,
      Limits limits,
      Clock clock,
      HttpSettings settings,
      ExecutorService answeringLater,
      Metrics metrics,
      IngestSettings ingesting,
      StoreSettings storing) {
    Upload.Spool spool =
        new Upload.Spool(
            storing.folder().resolve("uploads"),
            ingesting.bodyBytesMax(),
            "rodnan.ingest.body-bytes-max");
    String version = capabilities.version();
    List<CodeSystem> ours = Artifacts.read(CodeSystem.class, "terminology/CodeSystem");
    Instant started = clock.instant();
    AsyncJobs jobs =
        new AsyncJobs(answeringLater, settings.asyncJobsMax(), settings.asyncAgeMax(), ids, clock);
    OperationEndpoint operating =
        new OperationEndpoint(
            operations,
            new InstallEndpoint(packages),
            new IngestEndpoint(ingest, spool),
            new ImportEndpoint(imports),
            new StudyExportEndpoint(sdtm, clinicalTrials),
            views,
            new ExportEndpoint(exports, views),
            jobs);
    FhirApi api =
        new FhirApi(
            new CapabilitiesEndpoint(
                capabilities,
                () -> TerminologyDocument.make(ours, terminology.outlines(), version, started)),
            new ReadEndpoint(interactions.read(), interactions.vread()),
            new CreateEndpoint(interactions.create()),
            new UpdateEndpoint(interactions.update()),
            new PatchEndpoint(interactions.patch()),
            new DeleteEndpoint(interactions.delete()),
            new HistoryEndpoint(interactions.history()),
            new SearchEndpoint(interactions.search(), jobs),
            new BundleEndpoint(interactions.bundle(), capabilities, operating, jobs),
            operating,
            new AsyncEndpoint(jobs));
    RequestReader reader =
        new RequestReader(
            new RequestBody(parser, limits, spool), ids, Optional.ofNullable(settings.baseUrl()));
    ServletRegistrationBean<FhirServlet> registration =
        new ServletRegistrationBean<>(
            new FhirServlet(reader, api, new ResponseWriter(), limits, metrics), BASE_PATH + "/*");
    registration.setLoadOnStartup(1);
    registration.setMultipartConfig(
        new MultipartConfigElement(
            System.getProperty("java.io.tmpdir"),
            ingesting.bodyBytesMax(),
            ingesting.bodyBytesMax(),
            MEMORY_MAX));
    return registration;
  }

  @Bean
  ServletRegistrationBean<HealthServlet> healthServlet(ResourceStore store, ResourceIndex index) {
    return new ServletRegistrationBean<>(new HealthServlet(store::head, index::status), "/health");
  }

  @Bean
  ServletRegistrationBean<Hl7v2Servlet> hl7v2Servlet(Hl7v2Receiver receiver, IdGenerator ids) {
    return new ServletRegistrationBean<>(new Hl7v2Servlet(receiver, ids), "/hl7v2", "/hl7v2/*");
  }

  @Bean(destroyMethod = "close")
  Metrics metrics(ResourceStore store, ResourceIndex index, ResourceValidator validator) {
    return new Metrics(store, index, validator);
  }

  @Bean
  ServletRegistrationBean<MetricsServlet> metricsServlet(Metrics metrics) {
    return new ServletRegistrationBean<>(new MetricsServlet(metrics), "/metrics");
  }

  @Bean
  JettyCustomizer jettyCustomizer(HttpSettings settings, Limits limits, IdGenerator ids) {
    return new JettyCustomizer(settings, limits, new ContainerErrors(ids));
  }

  /** Says where the server listens, and who can reach it there (nobody is asked who they are). */
  @Bean
  ApplicationListener<WebServerInitializedEvent> listening(Environment environment) {
    return event -> {
      int port = event.getWebServer().getPort();
      InetAddress address = environment.getProperty("server.address", InetAddress.class);
      if (address != null && address.isLoopbackAddress()) {
        LOG.info(
            "FHIR R4 at http://localhost:{}{}, for this machine only: there is no authorization"
                + " server configured (server.address is {})",
            port,
            BASE_PATH,
            address.getHostAddress());
      } else {
        LOG.warn(
            "FHIR R4 at port {}{} of {}: whoever reaches it may read and write everything",
            port,
            BASE_PATH,
            address == null ? "all addresses" : address.getHostAddress());
      }
    };
  }
}
