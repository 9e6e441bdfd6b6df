package org.rodnan.http;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.ingest.Piece;
import org.springframework.util.FileSystemUtils;

/**
 * The files of a body, on disk until it is closed: a request that is answered later outlives its
 * connection.
 *
 * @param folder of this upload alone
 */
record Upload(List<Piece> pieces, Path folder) implements Closeable {
  Upload {
    pieces = List.copyOf(pieces);
  }

  @Override
  public void close() {
    FileSystemUtils.deleteRecursively(folder.toFile());
  }

  /**
   * Where uploads lie. Thread safe.
   *
   * @param folder what a process that was killed has left there goes away
   * @param bytesMax of all parts of a body
   * @param setting the name of that limit
   */
  record Spool(Path folder, long bytesMax, String setting) {
    private static final String MULTIPART = "multipart/form-data";

    Spool {
      FileSystemUtils.deleteRecursively(folder.toFile());
    }

    /**
     * Each part of a form is a file, by its file name or else by its own name; any other body is
     * one file.
     *
     * @param body its bytes, inflated
     * @throws FhirFailure.TooLarge if they are too many
     * @throws FhirFailure.Malformed if it can't be read to its end
     */
    Upload take(HttpServletRequest request, InputStream body) throws IOException {
      Upload upload = create();
      try {
        String type = Optional.ofNullable(request.getContentType()).orElse("");
        List<Piece> pieces = new ArrayList<>();
        if (type.regionMatches(true, 0, MULTIPART, 0, MULTIPART.length())) {
          long left = bytesMax;
          for (Part part : parts(request)) {
            String name = Optional.ofNullable(part.getSubmittedFileName()).orElse(part.getName());
            try (InputStream in = part.getInputStream()) {
              left -= add(name, in, left, upload.folder(), pieces);
            }
          }
        } else {
          add("body", body, bytesMax, upload.folder(), pieces);
        }
        return new Upload(pieces, upload.folder());
      } catch (IOException | RuntimeException e) {
        upload.close();
        throw e;
      }
    }

    /** Bytes that came in another way. */
    Upload take(byte[] bytes) {
      Upload upload = create();
      try {
        List<Piece> pieces = new ArrayList<>();
        add("body", new ByteArrayInputStream(bytes), bytesMax, upload.folder(), pieces);
        return new Upload(pieces, upload.folder());
      } catch (IOException e) {
        upload.close();
        throw new FhirFailure.Fault("A body couldn't be spooled", e);
      }
    }

    private Upload create() {
      try {
        Files.createDirectories(folder);
        return new Upload(List.of(), Files.createTempDirectory(folder, "upload-"));
      } catch (IOException e) {
        throw new FhirFailure.Fault("A body couldn't be spooled", e);
      }
    }

    private Iterable<Part> parts(HttpServletRequest request) throws IOException {
      try {
        return request.getParts();
      } catch (IllegalStateException e) {
        throw tooLarge();
      } catch (ServletException e) {
        throw new FhirFailure.Malformed(
            "The form can't be read: " + reason(e) + "; expected parts as in " + MULTIPART);
      } catch (RuntimeException e) {
        throw new FhirFailure.Malformed("The form can't be read: it is no " + MULTIPART);
      }
    }

    /** Jetty wraps it, more than once, and names its classes on the way. */
    private static String reason(ServletException failure) {
      Throwable cause = failure;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      // Jetty takes for granted that each part has a name.
      return cause instanceof NullPointerException || cause.getMessage() == null
          ? "a part has no name"
          : cause.getMessage().replaceFirst("^\\d{3}: ", "");
    }

    private long add(String name, InputStream in, long left, Path folder, List<Piece> pieces)
        throws IOException {
      Path file = folder.resolve(Integer.toString(pieces.size()));
      long count = 0;
      try (OutputStream out = Files.newOutputStream(file)) {
        byte[] buffer = new byte[64 * 1024];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          count += read;
          if (count > left) {
            throw tooLarge();
          }
          out.write(buffer, 0, read);
        }
      }
      pieces.add(new Piece(name, file));
      return count;
    }

    private FhirFailure.TooLarge tooLarge() {
      return new FhirFailure.TooLarge(
          "The body has more bytes than " + setting + " allows, " + bytesMax);
    }
  }
}
