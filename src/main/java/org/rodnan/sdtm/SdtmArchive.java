package org.rodnan.sdtm;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.rodnan.dataset.DatasetJsonWriter;
import org.rodnan.dataset.DatasetJsonWriter.Form;
import org.rodnan.dataset.DefineXmlWriter;
import org.rodnan.dataset.DefineXmlWriter.Dataset;
import org.rodnan.dataset.DefineXmlWriter.Study;
import org.rodnan.dataset.TransportWriter;
import org.rodnan.dataset.Value;
import org.rodnan.sdtm.SdtmWriter.Tabulation;

/** The datasets of a study as a zip file, with their define.xml. */
public final class SdtmArchive {
  /** How the datasets are written. */
  public enum Format {
    XPT(".xpt"),
    DATASET_JSON(".json"),
    DATASET_NDJSON(".ndjson"),
    /** Define-XML alone. */
    DEFINE("");

    private final String extension;

    Format(String extension) {
      this.extension = extension;
    }
  }

  private SdtmArchive() {}

  /**
   * Writes the zip file and leaves the stream open. Text of transport files is in UTF-8, which is
   * the ASCII of the standard as long as all of it is.
   *
   * @throws IOException also if the format can't hold a value, which it names
   */
  public static void write(OutputStream out, Format format, Study study, List<Tabulation> datasets)
      throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    entry(zip, "define.xml", study.created());
    define(zip, format, study, datasets);
    zip.closeEntry();
    if (format != Format.DEFINE) {
      for (Tabulation dataset : datasets) {
        entry(zip, file(dataset, format), study.created());
        OutputStream kept = new KeptOpen(zip);
        if (format == Format.XPT) {
          transport(kept, dataset, study.created());
        } else {
          json(kept, dataset, format, study);
        }
        zip.closeEntry();
      }
    }
    zip.finish();
  }

  /** Writes define.xml alone and leaves the stream open. */
  public static void define(OutputStream out, Format format, Study study, List<Tabulation> datasets)
      throws IOException {
    List<Dataset> described =
        datasets.stream()
            .map(each -> {
              Dataset found = each.description();
              return new Dataset(
                  found.table(),
                  found.structure(),
                  found.datasetClass(),
                  file(each, format == Format.DEFINE ? Format.XPT : format),
                  found.isReference(),
                  found.columns());
            })
            .toList();
    DefineXmlWriter.write(out, study, described);
  }

  private static String file(Tabulation dataset, Format format) {
    return dataset.table().name().toLowerCase(Locale.ROOT) + format.extension;
  }

  private static void entry(ZipOutputStream zip, String name, Instant created) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(LocalDateTime.ofInstant(created, ZoneOffset.UTC));
    zip.putNextEntry(entry);
  }

  private static void transport(OutputStream out, Tabulation dataset, Instant created)
      throws IOException {
    try (TransportWriter writer =
        new TransportWriter(
            out, StandardCharsets.UTF_8, LocalDateTime.ofInstant(created, ZoneOffset.UTC))) {
      writer.table(dataset.table());
      for (List<Value> row : dataset.rows()) {
        writer.row(row);
      }
    }
  }

  private static void json(OutputStream out, Tabulation dataset, Format format, Study study)
      throws IOException {
    try (DatasetJsonWriter writer =
        new DatasetJsonWriter(
            out,
            format == Format.DATASET_JSON ? Form.JSON : Form.NDJSON,
            dataset.table(),
            dataset.rows().size(),
            new DatasetJsonWriter.Origin(
                study.oid(), "MDV." + study.oid(), "Rodnan", study.created()))) {
      for (List<Value> row : dataset.rows()) {
        writer.row(row);
      }
    }
  }

  /** The writers close what they write to. */
  private static final class KeptOpen extends FilterOutputStream {
    KeptOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
