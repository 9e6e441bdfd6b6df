package org.rodnan.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;

/**
 * Rows as Parquet, compressed by gzip, which every reader knows and Java has. Integers are INT64,
 * decimals DOUBLE, all other primitives and columns of an unknown type STRING, what is no primitive
 * JSON; a collection is a LIST.
 */
final class ParquetRows implements RowWriter {
  /** Held in memory until it is full. */
  private static final long ROW_GROUP_BYTES = 8L * 1024 * 1024;

  private final ParquetWriter<@Nullable Object[]> out;
  private final OutputStream stream;

  ParquetRows(OutputStream stream, String name, List<ViewColumn> columns) throws IOException {
    this.stream = new BufferedOutputStream(stream, 64 * 1024);
    this.out =
        new Builder(new Sequential(this.stream), new Rows(name, columns))
            .withConf(new PlainParquetConfiguration())
            .withCodecFactory(new Gzip())
            .withCompressionCodec(CompressionCodecName.GZIP)
            .withRowGroupSize(ROW_GROUP_BYTES)
            .build();
  }

  @Override
  public void write(@Nullable Object[] row) throws IOException {
    out.write(row);
  }

  @Override
  public void close() throws IOException {
    out.close();
    stream.flush();
  }

  private static final class Builder extends ParquetWriter.Builder<@Nullable Object[], Builder> {
    private final Rows rows;

    Builder(OutputFile file, Rows rows) {
      super(file);
      this.rows = rows;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<@Nullable Object[]> getWriteSupport(Configuration configuration) {
      return rows;
    }

    @Override
    protected WriteSupport<@Nullable Object[]> getWriteSupport(ParquetConfiguration configuration) {
      return rows;
    }
  }

  /** From a row to Parquet's calls. */
  private static final class Rows extends WriteSupport<@Nullable Object[]> {
    private final List<ViewColumn> columns;
    private final MessageType schema;
    private @Nullable RecordConsumer to;

    Rows(String name, List<ViewColumn> columns) {
      this.columns = columns;
      List<Type> types = new ArrayList<>();
      for (ViewColumn column : columns) {
        types.add(
            column.isCollection()
                ? Types.optionalList().element(type(column, "element")).named(column.name())
                : type(column, column.name()));
      }
      this.schema = new MessageType(name, types);
    }

    private static Type type(ViewColumn column, String name) {
      return switch (column.kind()) {
        case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN).named(name);
        case INTEGER -> Types.optional(PrimitiveTypeName.INT64).named(name);
        case DECIMAL -> Types.optional(PrimitiveTypeName.DOUBLE).named(name);
        case TEXT, ANY ->
            Types.optional(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named(name);
        case COMPLEX ->
            Types.optional(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.jsonType())
                .named(name);
      };
    }

    @Override
    public WriteContext init(Configuration configuration) {
      return new WriteContext(schema, Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(schema, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      to = consumer;
    }

    @Override
    public void write(@Nullable Object[] row) {
      RecordConsumer consumer = to;
      if (consumer == null) {
        throw new IllegalStateException("Nothing was prepared");
      }
      consumer.startMessage();
      for (int i = 0; i < row.length; i++) {
        Object cell = row[i];
        ViewColumn column = columns.get(i);
        if (cell != null) {
          consumer.startField(column.name(), i);
          if (column.isCollection()) {
            list(consumer, (List<?>) cell, column);
          } else {
            value(consumer, cell, column);
          }
          consumer.endField(column.name(), i);
        }
      }
      consumer.endMessage();
    }

    private static void list(RecordConsumer consumer, List<?> cell, ViewColumn column) {
      consumer.startGroup();
      if (!cell.isEmpty()) {
        consumer.startField("list", 0);
        for (Object each : cell) {
          consumer.startGroup();
          consumer.startField("element", 0);
          value(consumer, each, column);
          consumer.endField("element", 0);
          consumer.endGroup();
        }
        consumer.endField("list", 0);
      }
      consumer.endGroup();
    }

    private static void value(RecordConsumer consumer, Object cell, ViewColumn column) {
      switch (column.kind()) {
        case BOOLEAN -> {
          require(cell instanceof Boolean, cell, column);
          consumer.addBoolean((Boolean) cell);
        }
        case INTEGER -> {
          require(cell instanceof Integer || cell instanceof Long, cell, column);
          consumer.addLong(((Number) cell).longValue());
        }
        case DECIMAL -> {
          require(cell instanceof Number, cell, column);
          consumer.addDouble(((Number) cell).doubleValue());
        }
        case TEXT, ANY, COMPLEX -> consumer.addBinary(Binary.fromString(text(cell)));
      }
    }

    private static String text(Object cell) {
      try {
        return cell instanceof JsonNode ? JsonRows.text(cell) : cell.toString();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Only a column without a type can have taken another one than it was thought to have. */
    private static void require(boolean fits, Object cell, ViewColumn column) {
      if (!fits) {
        throw new FhirFailure.Unprocessable(
            IssueType.PROCESSING,
            "Column '"
                + column.name()
                + "' has the value "
                + cell
                + ", expected "
                + column.type().orElse("")
                + "; declare its type");
      }
    }
  }

  /** A file that is written from its beginning to its end. */
  private record Sequential(OutputStream out) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSizeHint) {
      return new PositionOutputStream() {
        private long position;

        @Override
        public long getPos() {
          return position;
        }

        @Override
        public void write(int b) throws IOException {
          out.write(b);
          position++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          out.write(bytes, from, length);
          position += length;
        }

        @Override
        public void flush() throws IOException {
          out.flush();
        }
      };
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
      return create(blockSizeHint);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }

  private static final class Gzip implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName name) {
      return new BytesInputCompressor() {
        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
          ByteArrayOutputStream packed = new ByteArrayOutputStream();
          try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            bytes.writeAllTo(gzip);
          }
          return BytesInput.from(packed.toByteArray());
        }

        @Override
        public CompressionCodecName getCodecName() {
          return name;
        }

        @Override
        public void release() {
          // Holds nothing.
        }
      };
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
      throw new UnsupportedOperationException("Parquet is only written here");
    }

    @Override
    public void release() {
      // Holds nothing.
    }
  }
}
