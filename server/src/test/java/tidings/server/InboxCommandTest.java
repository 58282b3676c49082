package tidings.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tidings.server.cli.Running;
import tidings.server.cli.Running.Ended;

/** {@code tidings inbox} beside a hub, as the user {@code dev}. */
final class InboxCommandTest extends BesideHub {
  /** What each step leaves is what the next one finds. */
  @Test
  void anInboxIsListedCountedAndMarked() throws Exception {
    assertThat(inbox("summary").out()).isEqualTo("0 unread, 0 unseen\n");
    publish("Order 1", "--level", "warning", "--type", "order.placed");
    publish("Order 2", "--level", "info", "--type", "order.placed");
    publish("Push", "--level", "info", "--type", "push", "--source", "Git");

    Ended all = inbox();
    assertThat(all.code()).as(all.err()).isZero();
    List<String> lines = all.out().lines().toList();
    assertThat(lines).hasSize(3).allMatch(line -> line.startsWith("* "));
    assertThat(lines.getFirst())
        .matches("\\* [0-9a-f-]{36}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  info     Git: Push");
    assertThat(inbox("--limit", "2").out()).hasLineCount(2).contains("Push", "Order 2");
    assertThat(inbox("--level", "warning").out()).hasLineCount(1).contains("Order 1");
    assertThat(inbox("--type", "push", "--json").out())
        .hasLineCount(1)
        .contains("\"state\":\"unread\"", "\"reason\":\"direct\"", "\"title\":\"Push\"");

    String push = lines.getFirst().substring(2, 38);
    Ended partly = inbox("read", push, "01890a5d-ac96-774b-bcce-b302099a8057");
    assertThat(partly.err()).isEqualTo("not in your inbox: 01890a5d-ac96-774b-bcce-b302099a8057\n");
    assertThat(partly.code()).isEqualTo(1);
    assertThat(inbox("--state", "unread").out()).hasLineCount(2).doesNotContain("Push");
    assertThat(inbox("unread", push).code()).isZero();
    assertThat(inbox("summary").out()).isEqualTo("3 unread, 2 unseen\n");

    assertThat(inbox("read", "--all", "--type", "order.#").code()).isZero();
    assertThat(inbox("--state", "unread").out()).hasLineCount(1).contains("Push");
    assertThat(inbox("seen").code()).isZero();
    assertThat(inbox("archive", "--all").code()).isZero();
    assertThat(inbox("summary", "--json").out()).startsWith("{\"unread\":0,\"unseen\":0,");
    assertThat(inbox().out()).isEmpty();
    assertThat(inbox("--state", "archived").out()).hasLineCount(3).contains("a " + push);
    assertThat(inbox("unarchive", push).code()).isZero();
    assertThat(inbox().out()).hasLineCount(1).startsWith("* " + push);
  }

  @Test
  void whatIsMissingOrTooMuchIsSaid() throws Exception {
    assertThat(said("read")).contains("tidings inbox read: no ID");
    assertThat(said("read", "x", "--all")).contains("both --all and an ID");
    assertThat(said("archive", "x", "--type", "push")).contains("filters are for --all");
    assertThat(said("--level", "warning", "archive", "--all"))
        .contains("--level before archive (expected after it)");
    assertThat(said("--limit", "0")).contains("--limit: 0 (expected 1 or more)");
    assertThat(said("--state", "new")).contains("--state", "UNREAD, READ, ARCHIVED, ALL");
  }

  private static String said(String... arguments) throws Exception {
    Ended ended = inbox(arguments);
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).hasLineCount(1);
    return ended.err();
  }

  private static void publish(String title, String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("publish", "--hub", hub.url(), "--to", "user:dev"));
    all.addAll(List.of("--title", title));
    all.addAll(List.of(more));
    assertThat(Running.here(all.toArray(String[]::new)).code()).isZero();
  }

  private static Ended inbox(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("inbox", "--hub", hub.url()));
    all.addAll(List.of(arguments));
    return Running.here(all.toArray(String[]::new));
  }
}
