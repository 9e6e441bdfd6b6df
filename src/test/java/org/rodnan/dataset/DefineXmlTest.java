package org.rodnan.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DefineXmlTest {
  private static final long SEED = 31;

  private static final String VERSION_1 =
      """
      <ODM xmlns="http://www.cdisc.org/ns/odm/v1.2" xmlns:def="http://www.cdisc.org/ns/def/v1.0"
          FileType="Snapshot">
        <Study OID="S"><GlobalVariables><StudyName>Pilot</StudyName></GlobalVariables>
        <MetaDataVersion OID="M" def:StandardName="CDISC SDTM" def:StandardVersion="3.1.2">
          <ItemGroupDef OID="DM" Name="DM" def:Label="Demographics">
            <ItemRef ItemOID="DM.SEX" Mandatory="Yes"/></ItemGroupDef>
          <ItemDef OID="DM.SEX" Name="SEX" DataType="text" def:Label="Sex of subject">
            <CodeListRef CodeListOID="SEX"/></ItemDef>
          <CodeList OID="SEX" Name="Sex" DataType="text">
            <CodeListItem CodedValue="F"><Decode><TranslatedText xml:lang="en">FEMALE</TranslatedText>
            </Decode></CodeListItem></CodeList>
        </MetaDataVersion></Study></ODM>
      """;

  @Test
  void readsVersion1() throws IOException {
    Definitions definitions = read(VERSION_1);
    assertThat(definitions.studyName()).isEqualTo("Pilot");
    assertThat(definitions.standard()).isEqualTo("CDISC SDTM 3.1.2");
    assertThat(Objects.requireNonNull(definitions.datasets().get("DM")).label())
        .isEqualTo("Demographics");
    assertThat(definitions.variable("DM", "SEX").orElseThrow().label()).isEqualTo("Sex of subject");
    assertThat(definitions.decode("DM", "SEX", "F")).contains("FEMALE");
    assertThat(definitions.decode("DM", "SEX", "M")).isEmpty();
  }

  @Test
  void readsWhatItWrites() throws IOException {
    Variable key = new Variable("USUBJID", "Unique <Subject> & Identifier", DataType.STRING, 20, 1);
    Variable sex = Variable.text("SEX", "Sex");
    Table table = new Table("DM", "Demographics", List.of(key, sex));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DefineXmlWriter.write(
        out,
        new DefineXmlWriter.Study("ST.X", "X", "A study", "NCT1", "3.4", Instant.EPOCH),
        List.of(
            new DefineXmlWriter.Dataset(
                table,
                "One record per subject",
                "SPECIAL PURPOSE",
                "dm.xpt",
                false,
                List.of(
                    new DefineXmlWriter.Column(
                        key, true, "Identifier", "Assigned", 20, 0, Optional.empty()),
                    new DefineXmlWriter.Column(
                        sex,
                        true,
                        "Record Qualifier",
                        "Collected",
                        1,
                        0,
                        Optional.of(
                            new DefineXmlWriter.Codes(
                                "Sex", false, Map.of("F", "Female"), Set.of())))))));
    Definitions read = read(out.toString(UTF_8));
    assertThat(read.standard()).isEqualTo("SDTMIG 3.4");
    assertThat(Objects.requireNonNull(read.datasets().get("DM")).label()).isEqualTo("Demographics");
    assertThat(Objects.requireNonNull(read.datasets().get("DM")).items())
        .containsExactly("IT.DM.USUBJID", "IT.DM.SEX");
    assertThat(read.variable("DM", "USUBJID").orElseThrow().label())
        .isEqualTo("Unique <Subject> & Identifier");
    assertThat(read.decode("DM", "SEX", "F")).contains("Female");
  }

  @Test
  void refusesHostileXml() {
    assertRefused("<!DOCTYPE ODM [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" + VERSION_1, "type");
    assertRefused(
        "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]><ODM>&lol2;</ODM>",
        "type");
    assertRefused(VERSION_1.replace("Pilot", "&unknown;"), "entity");
    assertRefused("<html/>", "expected ODM of");
    assertRefused(VERSION_1.substring(0, 400), "not well-formed");
    assertRefused(
        VERSION_1.replace("Pilot", "<a>".repeat(100) + "</a>".repeat(100)), "nests deeper than 64");
    assertRefused(VERSION_1.replace("Pilot", " ".repeat(65 << 20)), "larger than");
  }

  @Test
  void survivesBrokenFiles() {
    Random random = new Random(SEED);
    for (int i = 0; i < 3_000; i++) {
      byte[] file = VERSION_1.getBytes(UTF_8);
      for (int j = random.nextInt(1, 5); j > 0; j--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt();
      }
      try {
        DefinitionsReader.read(new ByteArrayInputStream(file));
      } catch (DatasetFormatException e) {
        assertThat(e).message().isNotBlank();
      } catch (IOException | RuntimeException e) {
        throw new AssertionError("seed " + SEED + ", file " + i, e);
      }
    }
  }

  private static void assertRefused(String xml, String message) {
    assertThatThrownBy(() -> read(xml))
        .isInstanceOf(DatasetFormatException.class)
        .hasMessageContaining(message);
  }

  private static Definitions read(String xml) throws IOException {
    return DefinitionsReader.read(new ByteArrayInputStream(xml.getBytes(UTF_8)));
  }
}
