package org.rodnan.registry;

import com.fasterxml.aalto.stax.InputFactoryImpl;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.CountedInputStream;

/**
 * Looks through a workbook before it is read: the library that reads it trusts what it finds. Stops
 * files that unpack to very much, document type declarations, and cells far outside of all tables.
 */
final class WorkbookGuard {
  static final long UNPACKED_MAX = 128L << 20;
  private static final int PARTS_MAX = 10_000;
  private static final int START = 4;
  private static final int COLUMNS_MAX = 2_000;
  private static final long PLACES_MAX = 50_000_000;
  private static final int DEPTH_MAX = 100;
  private static final int ARRAY_FORMULAS_MAX = 1_000;

  private long left = UNPACKED_MAX;
  private long places;
  private int arrayFormulas;
  private boolean hasStyles;
  private boolean hasContentTypes;

  private WorkbookGuard() {}

  /**
   * @param content of the file, which is read by its directory, as the library does
   * @return whether it has styles, which tell dates from numbers
   * @throws IOException if it is no workbook, or too much of one
   */
  static boolean check(byte[] content) throws IOException {
    WorkbookGuard guard = new WorkbookGuard();
    int parts = 0;
    try (ZipFile zip = ZipFile.builder().setByteArray(content).get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        if (++parts > PARTS_MAX) {
          throw new IOException("The workbook has more than " + PARTS_MAX + " parts");
        }
        try (InputStream in = zip.getInputStream(entry)) {
          guard.part(entry.getName(), new PushbackInputStream(guard.metered(in), START));
        }
      }
    }
    if (!guard.hasContentTypes) {
      throw new IOException("The file is a zip file but no workbook (.xlsx)");
    }
    return guard.hasStyles;
  }

  private void part(String name, PushbackInputStream in) throws IOException {
    hasContentTypes |= name.equals("[Content_Types].xml");
    hasStyles |= name.equalsIgnoreCase("xl/styles.xml");
    byte[] start = in.readNBytes(START);
    in.unread(start);
    if (mayBeXml(start)) {
      try {
        xml(name, keptOpen(in));
      } catch (XMLStreamException e) {
        if (e.getNestedException() instanceof IOException failure) {
          throw failure;
        }
        throw new IOException(
            "The part " + Sheet.shown(name) + " of the workbook is not XML: " + e.getMessage(), e);
      }
    }
    in.transferTo(OutputStream.nullOutputStream());
  }

  /** Whatever it is named: a hostile workbook may have a sheet that is called a picture. */
  private static boolean mayBeXml(byte[] start) {
    boolean isMarked =
        start.length > 1
            && ((start[0] & 0xff) >= 0xfe && (start[1] & 0xff) >= 0xfe
                || (start[0] & 0xff) == 0xef && (start[1] & 0xff) == 0xbb);
    String text = new String(start, StandardCharsets.ISO_8859_1);
    return isMarked || text.indexOf('<') >= 0 || text.isBlank();
  }

  private void xml(String name, InputStream in) throws IOException, XMLStreamException {
    // The parser of the library: both see the same.
    XMLInputFactory factory = new InputFactoryImpl();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    XMLStreamReader xml = factory.createXMLStreamReader(in);
    int depth = 0;
    int last = 0;
    while (xml.hasNext()) {
      switch (xml.next()) {
        case XMLStreamConstants.DTD ->
            throw new IOException(
                "The part "
                    + Sheet.shown(name)
                    + " of the workbook has a document type declaration, which no workbook has");
        case XMLStreamConstants.START_ELEMENT -> {
          if (++depth > DEPTH_MAX) {
            throw new IOException(
                "The part " + Sheet.shown(name) + " is nested deeper than " + DEPTH_MAX);
          }
          switch (xml.getLocalName()) {
            case "row" -> last = 0;
            case "c" -> last = cell(xml.getAttributeValue(null, "r"), last);
            case "f" -> {
              if ("array".equals(xml.getAttributeValue(null, "t"))
                  && ++arrayFormulas > ARRAY_FORMULAS_MAX) {
                throw new IOException(
                    "There are more than " + ARRAY_FORMULAS_MAX + " array formulas");
              }
            }
            default -> {
              // Of no interest.
            }
          }
        }
        case XMLStreamConstants.END_ELEMENT -> depth--;
        default -> {
          // Of no interest.
        }
      }
    }
  }

  /** The column of the cell, from 1. */
  private int cell(@Nullable String address, int last) throws IOException {
    int column = last + 1;
    if (address != null) {
      if (!address.matches("[A-Z]{1,3}[1-9]\\d{0,6}")) {
        throw new IOException(
            "The workbook has a cell '" + Sheet.shown(address) + "'; expected one such as B12");
      }
      column = 0;
      for (char letter : address.replaceAll("\\d", "").toCharArray()) {
        column = column * 26 + letter - 'A' + 1;
      }
    }
    if (column > COLUMNS_MAX) {
      throw new IOException("A sheet has more than " + COLUMNS_MAX + " columns");
    }
    places += Math.max(0, column - last);
    if (places > PLACES_MAX) {
      throw new IOException("The sheets have more than " + PLACES_MAX + " cells");
    }
    return column;
  }

  /** The parser closes what it has read to the end. */
  private static InputStream keptOpen(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public void close() {
        // Whoever opened it closes it.
      }
    };
  }

  private InputStream metered(InputStream in) {
    return new CountedInputStream(in) {
      @Override
      protected void counted(long more) throws IOException {
        left -= more;
        if (left < 0) {
          throw new IOException(
              "The workbook unpacks to more than " + UNPACKED_MAX + " bytes; expected CSV then");
        }
      }
    };
  }
}
