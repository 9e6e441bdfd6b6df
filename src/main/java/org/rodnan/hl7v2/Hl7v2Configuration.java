package org.rodnan.hl7v2;

import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.ConceptDefinitionComponent;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.interaction.Interactions;
import org.rodnan.terminology.Artifacts;
import org.rodnan.terminology.ConceptMaps;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.Definitions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(Hl7v2Settings.class)
class Hl7v2Configuration {
  private static final Logger LOG = LoggerFactory.getLogger(Hl7v2Configuration.class);

  @Bean
  Hl7v2Receiver hl7v2Receiver(
      Interactions interactions,
      ResourceParser parser,
      Definitions definitions,
      DefinitionSource current,
      Hl7v2Settings settings,
      IdGenerator ids,
      Clock clock) {
    Stored stored = new Stored(interactions);
    Codes codes =
        new Codes(
            new ConceptMaps(definitions.conceptMaps(), current),
            settings.codeSystems(),
            codes(Measure.OURS));
    return new Hl7v2Receiver(
        stored,
        new PatientMapping(settings.identifierSystems(), settings.names()),
        new ResultMapping(
            codes,
            new Studies(settings.studies(), stored),
            stored,
            settings,
            codes(Codes.VISITS),
            codes(Codes.EQUATIONS)),
        interactions.bundle(),
        parser,
        settings,
        ids,
        clock);
  }

  private static Set<String> codes(String system) {
    return Artifacts.read(CodeSystem.class, "terminology/CodeSystem").stream()
        .filter(each -> system.equals(each.getUrl()))
        .flatMap(each -> each.getConcept().stream())
        .map(ConceptDefinitionComponent::getCode)
        .collect(Collectors.toSet());
  }

  /** Only of the server: commands open no port, whatever the environment says. */
  @Bean
  @ConditionalOnWebApplication
  SmartLifecycle mllp(
      Hl7v2Receiver receiver, Hl7v2Settings settings, SslBundles bundles, IdGenerator ids) {
    return new Mllp(receiver, settings, bundles, ids);
  }

  /** Opens with the web server, when the store is ready, and is closed before the store. */
  private static final class Mllp implements SmartLifecycle {
    private final Hl7v2Receiver receiver;
    private final Hl7v2Settings settings;
    private final SslBundles bundles;
    private final IdGenerator ids;
    private volatile @Nullable MllpListener listener;
    private volatile @Nullable Tls tls;

    Mllp(Hl7v2Receiver receiver, Hl7v2Settings settings, SslBundles bundles, IdGenerator ids) {
      this.receiver = receiver;
      this.settings = settings;
      this.bundles = bundles;
      this.ids = ids;
    }

    @Override
    public void start() {
      Integer port = settings.port();
      if (port != null) {
        secure();
        MllpListener opened =
            new MllpListener(receiver, settings, port, () -> Optional.ofNullable(tls), ids);
        listener = opened;
        LOG.info(
            "HL7 v2 over MLLP{} at {}:{}",
            tls == null ? "" : " with TLS",
            opened.address().getHostAddress(),
            opened.port());
      }
    }

    private void secure() {
      String name = settings.sslBundle();
      if (name == null) {
        return;
      }
      try {
        tls = tls(bundles.getBundle(name));
        bundles.addBundleUpdateHandler(name, changed -> tls = tls(changed));
      } catch (NoSuchSslBundleException e) {
        throw new IllegalArgumentException(
            "rodnan.hl7v2.ssl-bundle is '"
                + name
                + "'; expected one of spring.ssl.bundle, which has "
                + bundles.getBundleNames(),
            e);
      }
    }

    private Tls tls(SslBundle bundle) {
      SSLContext context = bundle.createSslContext();
      SSLParameters parameters = context.getDefaultSSLParameters();
      if (bundle.getOptions().getCiphers() != null) {
        parameters.setCipherSuites(bundle.getOptions().getCiphers());
      }
      if (bundle.getOptions().getEnabledProtocols() != null) {
        parameters.setProtocols(bundle.getOptions().getEnabledProtocols());
      }
      switch (settings.sslClientAuth()) {
        case NEED -> parameters.setNeedClientAuth(true);
        case WANT -> parameters.setWantClientAuth(true);
        case NONE -> {}
      }
      return new Tls(context, parameters);
    }

    @Override
    public void stop() {
      MllpListener open = listener;
      listener = null;
      if (open != null) {
        open.close();
      }
    }

    @Override
    public boolean isRunning() {
      return listener != null;
    }

    @Override
    public int getPhase() {
      return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE;
    }
  }
}
