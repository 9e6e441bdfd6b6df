package org.rodnan;

import java.util.ArrayList;
import java.util.List;
import org.rodnan.cli.CommandLineProgram;
import org.rodnan.cli.OpenProgram;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Progress;
import org.rodnan.fhir.StartFailure;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the server, or does what the command line says. */
@SpringBootApplication
public class RodnanApplication {
  public static void main(String[] args) {
    int status =
        CommandLineProgram.run(
            args, RodnanApplication::serve, IndexRebuild::run, RodnanApplication::open);
    if (status != 0) {
      System.exit(status);
    }
  }

  private static void serve(String[] settings) {
    HeapReturn.enable();
    SpringApplication.run(RodnanApplication.class, settings);
  }

  /**
   * Opens the program without a port; what it does is up to who opened it, and closes it.
   *
   * @param settings such as {@code --rodnan.data-dir=data}
   * @throws StartFailure if it can't, such as while another has the data directory open
   */
  public static OpenProgram open(List<String> settings) {
    List<String> all = new ArrayList<>(settings);
    // The output is the command's.
    all.add("--logging.threshold.console=off");
    SpringApplication application = new SpringApplication(RodnanApplication.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setLogStartupInfo(false);
    String[] given = all.toArray(String[]::new);
    try {
      ConfigurableApplicationContext context = application.run(given);
      return new OpenProgram(context::getBean, context::close);
    } catch (RuntimeException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof StartFailure failure) {
          throw failure;
        }
        if (cause instanceof FhirFailure.Busy) {
          // Who was here before was killed, and the index is far behind.
          IndexRebuild.run(given, Progress.NONE);
          return open(settings);
        }
      }
      throw e;
    }
  }
}
