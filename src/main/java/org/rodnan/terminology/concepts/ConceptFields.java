package org.rodnan.terminology.concepts;

import java.io.IOException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** The Lucene fields of a concept, and how its values become terms. */
final class ConceptFields {
  /** Term: the code as it is. */
  static final String CODE = "code";

  /** Term: the code in lower case, of a system without case. */
  static final String FOLDED = "folded";

  /** Term: the display, of which 1,000 characters count. */
  static final String DISPLAY = "display";

  /** Term: a word of a display, designation or code. */
  static final String WORD = "word";

  /** Term: the code of a concept directly above. */
  static final String PARENT = "parent";

  /** Term: the code of a concept anywhere above. */
  static final String ANCESTOR = "ancestor";

  /** Term: {@link #property} with a value. */
  static final String PROPERTY = "property";

  /** Term: the code of a property that has a value. */
  static final String PRESENT = "present";

  /** Term: {@link #ABSTRACT}, {@link #INACTIVE}. */
  static final String FLAG = "flag";

  /** Stored: the whole concept. */
  static final String BODY = "body";

  static final String ABSTRACT = "abstract";
  static final String INACTIVE = "inactive";

  /** Longer texts are cut: Lucene takes 32,766 bytes, and matching may go as deep as the text. */
  static final int TEXT_CHARS_MAX = 1_000;

  private static final int WORD_CHARS_MAX = 200;
  private static final char JOINT = '\u0000';

  private ConceptFields() {}

  static String cut(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX);
  }

  static String fold(String code) {
    return code.toLowerCase(Locale.ROOT);
  }

  static String property(String code, String value) {
    return code + JOINT + value;
  }

  /** The words of a text, without case and accents. */
  static Set<String> words(String text) {
    String plain =
        Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFKD)
            .replaceAll("\\p{Mn}+", "");
    Set<String> words = new LinkedHashSet<>();
    for (String word : plain.split("[^\\p{L}\\p{N}]+")) {
      if (!word.isEmpty()) {
        words.add(word.length() <= WORD_CHARS_MAX ? word : word.substring(0, WORD_CHARS_MAX));
      }
    }
    return words;
  }

  static BytesRef encode(Concept concept) throws IOException {
    ByteBuffersDataOutput out = new ByteBuffersDataOutput();
    out.writeString(concept.code());
    write(out, concept.display());
    write(out, concept.definition());
    out.writeByte((byte) ((concept.isAbstract() ? 1 : 0) | (concept.isInactive() ? 2 : 0)));
    out.writeVInt(concept.designations().size());
    for (Concept.Designation designation : concept.designations()) {
      write(out, designation.language());
      write(out, designation.useSystem());
      write(out, designation.useCode());
      write(out, designation.useDisplay());
      out.writeString(designation.value());
    }
    out.writeVInt(concept.properties().size());
    for (Concept.Property property : concept.properties()) {
      out.writeString(property.code());
      out.writeString(property.type());
      out.writeString(property.value());
      write(out, property.system());
      write(out, property.display());
    }
    out.writeVInt(concept.parents().size());
    for (String parent : concept.parents()) {
      out.writeString(parent);
    }
    return new BytesRef(out.toArrayCopy());
  }

  static Concept decode(BytesRef bytes) throws IOException {
    DataInput in = new ByteArrayDataInput(bytes.bytes, bytes.offset, bytes.length);
    String code = in.readString();
    String display = read(in);
    String definition = read(in);
    byte flags = in.readByte();
    List<Concept.Designation> designations = new ArrayList<>();
    for (int i = in.readVInt(); i > 0; i--) {
      designations.add(
          new Concept.Designation(read(in), read(in), read(in), read(in), in.readString()));
    }
    List<Concept.Property> properties = new ArrayList<>();
    for (int i = in.readVInt(); i > 0; i--) {
      properties.add(
          new Concept.Property(
              in.readString(), in.readString(), in.readString(), read(in), read(in)));
    }
    List<String> parents = new ArrayList<>();
    for (int i = in.readVInt(); i > 0; i--) {
      parents.add(in.readString());
    }
    return new Concept(
        code,
        display,
        definition,
        (flags & 1) != 0,
        (flags & 2) != 0,
        designations,
        properties,
        parents);
  }

  private static void write(DataOutput out, @Nullable String text) throws IOException {
    out.writeByte((byte) (text == null ? 0 : 1));
    if (text != null) {
      out.writeString(text);
    }
  }

  private static @Nullable String read(DataInput in) throws IOException {
    return in.readByte() == 0 ? null : in.readString();
  }
}
