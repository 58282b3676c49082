package tidings.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

final class HearerTest {
  private final StringWriter out = new StringWriter();

  @Test
  void whoComesAndGoesIsPrintedIfAskedFor() {
    hear(false, true);
    assertThat(out).hasToString("alice has come\nbob has gone\nothers have come or gone\n");
  }

  @Test
  void asJsonTheHelloAfterWhichItIsAskedAnewIsThereToo() {
    hear(true, true);
    assertThat(out.toString().lines())
        .containsExactly(
            "{\"event\":\"hello\",\"cursor\":\"abcdefgh.1\",\"data\":{\"to\":[\"everyone\"]}}",
            "{\"event\":\"presence\",\"cursor\":\"abcdefgh.1\",\"data\":{\"user\":\"alice\",\"present\":true}}",
            "{\"event\":\"presence\",\"cursor\":\"abcdefgh.1\",\"data\":{\"user\":\"bob\",\"present\":false}}",
            "{\"event\":\"presence\",\"cursor\":\"abcdefgh.1\",\"data\":{\"missed\":true}}");
  }

  @Test
  void otherwiseItIsNot() {
    hear(false, false);
    hear(true, false);
    assertThat(out.toString()).isEmpty();
  }

  private void hear(boolean json, boolean presence) {
    CommandLine command =
        new CommandLine(CommandSpec.create())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(new StringWriter()));
    Hearer hearer =
        new Hearer(command, (cursor, notification, line) -> {}, json, presence, null, 1);
    hearer.event("hello", "abcdefgh.1", "{\"to\":[\"everyone\"]}");
    hearer.event("presence", "abcdefgh.1", "{\"user\":\"alice\",\"present\":true}");
    hearer.event("presence", "abcdefgh.1", "{\"user\":\"bob\",\"present\":false}");
    hearer.event("presence", "abcdefgh.1", "{\"missed\":true}");
  }
}
