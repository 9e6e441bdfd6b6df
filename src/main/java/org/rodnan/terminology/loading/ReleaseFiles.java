package org.rodnan.terminology.loading;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** The files of a release: one file, a folder with all below it, or a zip. UTF-8. */
final class ReleaseFiles implements Closeable {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path given;
  private final Path root;
  private final @Nullable FileSystem zip;

  ReleaseFiles(Path given) {
    this.given = given;
    try {
      if (!Files.exists(given)) {
        throw new BadRelease(given + ": there is no such file or folder");
      }
      this.zip = given.toString().endsWith(".zip") ? FileSystems.newFileSystem(given) : null;
      this.root = zip == null ? given : zip.getPath("/");
    } catch (IOException e) {
      throw new BadRelease(given + ": can't be opened: " + e.getMessage());
    }
  }

  /** The name of what was given, and below it that of a file: releases name themselves in both. */
  String name() {
    return String.valueOf(given.toAbsolutePath().normalize().getFileName());
  }

  /** Files whose name, without folders, matches; in the order of their paths. */
  List<Path> find(String name) {
    Pattern pattern = Pattern.compile(name, Pattern.CASE_INSENSITIVE);
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> pattern.matcher(String.valueOf(file.getFileName())).matches())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #find}, but there must be one. */
  List<Path> require(String name, String what) {
    List<Path> files = find(name);
    if (files.isEmpty()) {
      throw new BadRelease(given + ": there is no " + what);
    }
    return files;
  }

  /**
   * The rows of a file without quotation marks, whose values stand between separators.
   *
   * @param hasNames whether the first line names the columns
   */
  void rows(Path file, char separator, boolean hasNames, Consumer<Row> rows) {
    Map<String, Integer> columns = Map.of();
    long line = 0;
    try (BufferedReader reader = reader(file)) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        line++;
        List<String> values = Arrays.asList(split(text, separator));
        if (line == 1 && hasNames) {
          columns = columns(values);
        } else if (!text.isBlank()) {
          rows.accept(new Row(String.valueOf(file.getFileName()), line, values, columns));
        }
      }
    } catch (CharacterCodingException e) {
      throw new BadRelease(file.getFileName() + ":" + (line + 1) + ": is not UTF-8");
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be read", e);
    }
  }

  private static String[] split(String text, char separator) {
    return text.split(Pattern.quote(String.valueOf(separator)), -1);
  }

  /** The rows of a file of comma-separated values (RFC 4180); the first line names the columns. */
  void csv(Path file, char separator, Consumer<Row> rows) {
    String name = String.valueOf(file.getFileName());
    CSVFormat format = CSVFormat.RFC4180.builder().setDelimiter(separator).get();
    long line = 1;
    try (BufferedReader reader = reader(file);
        CSVParser parser = format.parse(reader)) {
      Map<String, Integer> columns = null;
      for (CSVRecord each : parser) {
        if (columns == null) {
          columns = columns(each.toList());
        } else {
          rows.accept(new Row(name, line, each.toList(), columns));
        }
        line = parser.getCurrentLineNumber() + 1;
      }
    } catch (CharacterCodingException e) {
      throw new BadRelease(name + ":" + line + ": is not UTF-8");
    } catch (IOException | UncheckedIOException | IllegalStateException e) {
      throw new BadRelease(name + ":" + line + ": can't be read: " + e.getMessage());
    }
  }

  /** The first line. */
  Optional<String> firstLine(Path file) {
    try (BufferedReader reader = reader(file)) {
      return Optional.ofNullable(reader.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be read", e);
    }
  }

  private static Map<String, Integer> columns(List<String> names) {
    Map<String, Integer> columns = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      columns.putIfAbsent(names.get(i).strip(), i);
    }
    return columns;
  }

  private static BufferedReader reader(Path file) throws IOException {
    InputStream bytes = Files.newInputStream(file);
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()), 1 << 16);
    reader.mark(1);
    if (reader.read() != BYTE_ORDER_MARK) {
      reader.reset();
    }
    return reader;
  }

  @Override
  public void close() {
    if (zip != null) {
      try {
        zip.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
