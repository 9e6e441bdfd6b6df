package org.rodnan;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the server. */
@SpringBootApplication
public class RodnanApplication {
  public static void main(String[] args) {
    HeapReturn.enable();
    SpringApplication.run(RodnanApplication.class, args);
  }
}
