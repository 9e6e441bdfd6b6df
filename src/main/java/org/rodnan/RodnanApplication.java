package org.rodnan;

import org.rodnan.cli.CommandLineProgram;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the server, or does what the command line says. */
@SpringBootApplication
public class RodnanApplication {
  public static void main(String[] args) {
    int status = CommandLineProgram.run(args, RodnanApplication::serve, IndexRebuild::run);
    if (status != 0) {
      System.exit(status);
    }
  }

  private static void serve(String[] settings) {
    HeapReturn.enable();
    SpringApplication.run(RodnanApplication.class, settings);
  }
}
