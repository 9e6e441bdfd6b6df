package org.rodnan.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Progress;
import org.rodnan.fhir.StartFailure;
import org.rodnan.store.StoreBackup;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the program is told on its command line. */
@Command(
    name = "rodnan",
    description = "A FHIR R4 server for the trial data of systemic sclerosis.",
    synopsisHeading = "",
    customSynopsis = {
      "Usage: rodnan [serve] [--setting=value ...]   starts the server",
      "       rodnan COMMAND ...                     does something and ends"
    },
    mixinStandardHelpOptions = false,
    subcommands = {
      BackupCommand.class,
      RestoreCommand.class,
      VerifyCommand.class,
      RebuildIndexCommand.class,
      TerminologyCommand.class
    })
public final class CommandLineProgram implements Runnable {
  /** Its only word is an advice about an incubating module. */
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  private static final Set<String> HELP = Set.of("-h", "--help", "help");

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @CommandLine.Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Lists the commands.")
  private boolean isHelpWanted;

  private CommandLineProgram() {}

  /**
   * Starts the server if there is no command, or the command is {@code serve}; otherwise does what
   * the command says.
   *
   * @param server is given the settings, and returns once the server is started
   * @param rebuild is given the settings, makes the index, and tells its log position
   * @param program opens a data directory, given settings, for the commands that write into one
   * @return 0 if all is well, 1 if it couldn't be done, 2 if the arguments make no sense
   */
  public static int run(
      String[] arguments,
      Consumer<String[]> server,
      BiFunction<String[], Progress, Long> rebuild,
      Function<List<String>, OpenProgram> program) {
    boolean isServe = arguments.length > 0 && arguments[0].equals("serve");
    boolean isSettings =
        arguments.length == 0 || (arguments[0].startsWith("-") && !HELP.contains(arguments[0]));
    if (isServe || isSettings) {
      server.accept(isServe ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments);
      return 0;
    }
    LUCENE.setLevel(Level.SEVERE);
    PrintStream out = System.out;
    // What logs goes there: what a command says is all that its output has.
    System.setOut(System.err);
    try {
      return commandLine(
              (settings, progress) -> rebuild.apply(settings.toArray(String[]::new), progress),
              program)
          .setOut(new PrintWriter(out, true))
          .execute(arguments[0].equals("help") ? new String[] {"-h"} : arguments);
    } finally {
      System.setOut(out);
    }
  }

  static CommandLine commandLine(
      RebuildIndexCommand.Rebuild rebuild, Function<List<String>, OpenProgram> program) {
    CommandLine.IFactory byDefault = CommandLine.defaultFactory();
    CommandLine.IFactory factory =
        new CommandLine.IFactory() {
          @Override
          public <K> K create(Class<K> type) throws Exception {
            return type == RebuildIndexCommand.class
                ? type.cast(new RebuildIndexCommand(rebuild))
                : byDefault.create(type);
          }
        };
    return new CommandLine(new CommandLineProgram(), factory)
        .addSubcommand(new ImportCommand(program))
        .addSubcommand(new MapCommand(program))
        .addSubcommand(new ExportCommand(program))
        .addSubcommand(new ValidateCommand(program))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(CommandLineProgram::notDone);
  }

  /** What went wrong is told in words; only what nobody thought of has a stack trace. */
  private static int notDone(Exception failure, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    String said =
        switch (failure) {
          case StartFailure e -> e.getMessage() + " " + e.action();
          case NoSuchFileException e -> "There is no file " + e.getMessage();
          case IOException e -> String.valueOf(e.getMessage());
          case StoreBackup.BadBackup e -> String.valueOf(e.getMessage());
          case FhirFailure e -> String.valueOf(e.getMessage());
          case IllegalArgumentException e -> String.valueOf(e.getMessage());
          default -> throw failure;
        };
    command.getErr().println("Not done. " + said);
    return 1;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Expected a command");
  }
}
