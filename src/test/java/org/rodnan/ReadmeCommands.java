package org.rodnan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The commands of the README and what it says that they answer. */
final class ReadmeCommands {
  private static final String DOCUMENTED_BASE = "http://localhost:8080/fhir";

  private ReadmeCommands() {}

  /** A line after {@code $}, and the lines below it. */
  record Command(String line, String answer) {}

  /** All commands in {@code console} blocks, in order. */
  static List<Command> read() {
    try {
      List<Command> commands = new ArrayList<>();
      boolean inConsole = false;
      for (String line : Files.readAllLines(Path.of("README.md"))) {
        if (line.startsWith("```")) {
          inConsole = line.equals("```console");
        } else if (inConsole && line.startsWith("$ ")) {
          commands.add(new Command(line.substring(2), ""));
        } else if (inConsole) {
          Command last = commands.removeLast();
          commands.add(new Command(last.line(), last.answer() + line + "\n"));
        }
      }
      return commands;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the command prints with the server at the base, told as if it were at the README's. */
  static String run(Command command, String base) {
    try {
      Process process =
          new ProcessBuilder("bash", "-c", command.line().replace(DOCUMENTED_BASE, base))
              .redirectErrorStream(true)
              .start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .replace("\r", "")
              .replace(base, DOCUMENTED_BASE);
      return output.isEmpty() || output.endsWith("\n") ? output : output + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
