import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import tidings.client.Draft;
import tidings.client.Gap;
import tidings.client.Hello;
import tidings.client.Inbox;
import tidings.client.InboxFilter;
import tidings.client.InboxItem;
import tidings.client.Notification;
import tidings.client.StreamFilter;
import tidings.client.StreamListener;
import tidings.client.Subscription;
import tidings.client.Summary;
import tidings.client.TidingsClient;

/**
 * The client library as a program uses it: does what the lines of standard input say, and tells on
 * standard output what it gets.
 */
public final class Smoke {
  /** Arguments: the hub's URL, a file with a token. */
  public static void main(String[] arguments) throws Exception {
    Path token = Path.of(arguments[1]);
    say("java", System.getProperty("java.specification.version"));
    try (TidingsClient client =
            TidingsClient.builder(URI.create(arguments[0])).token(() -> Files.readString(token)).build();
        Subscription following = client.subscribe(StreamFilter.all(), "earliest", new Listener());
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", 2);
        try {
          obey(client, words[0], words.length > 1 ? words[1] : "");
        } catch (IOException e) {
          say("refused", e.getMessage());
        }
      }
    }
    say("closed", "");
  }

  private static void obey(TidingsClient client, String order, String word) throws Exception {
    Inbox inbox = client.inbox();
    switch (order) {
      case "publish" ->
          say("published", client.publish(Draft.of(word, "topic:shop.orders").ref(word)).id());
      case "publish-many" ->
          say(
              "published",
              client.publish(
                      List.of(
                          Draft.of(word, "topic:shop.orders"), Draft.of(word, "topic:shop.orders")))
                  .size());
      case "summary" -> say("summary", counts(inbox.summary()));
      case "unread" -> {
        InboxFilter unread = InboxFilter.none().state(InboxItem.State.UNREAD);
        for (InboxItem item : inbox.page(unread, null, 10).items()) {
          say("unread", item.notification().id() + " " + item.reason());
        }
        say("listed", "");
      }
      case "read" -> say("missing", inbox.mark(Inbox.Mark.READ, List.of(word, "none")).missing());
      case "read-all" ->
          say("rev", inbox.readAll(InboxFilter.none(), inbox.summary().cursor()).rev());
      case "present" -> say("present", client.present(List.of(word)).items().size());
      default -> throw new IOException("no order " + order);
    }
  }

  private static String counts(Summary summary) {
    return summary.unread() + " of rev " + summary.rev();
  }

  private static synchronized void say(String what, Object text) {
    System.out.println(what + " " + text);
  }

  private static final class Listener implements StreamListener {
    @Override
    public void notification(String cursor, Notification notification) {
      say("heard", notification.id());
    }

    @Override
    public void hello(Hello hello) {
      say("hello", hello.user());
    }

    @Override
    public void gap(Gap gap) {
      say("gap", gap.reason());
    }

    @Override
    public void inbox(Summary summary) {
      say("inbox", counts(summary));
    }

    @Override
    public void presence(String user, boolean present) {
      say("presence", user + " " + present);
    }

    @Override
    public void reauth() {
      say("reauth", "");
    }

    @Override
    public void broken(IOException why, Duration wait) {
      say("broken", why.getMessage());
    }
  }
}
