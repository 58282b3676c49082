package tidings.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.time.Duration;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import tidings.client.Notification;
import tidings.client.StreamListener;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Hands on what comes, then moves the cursor; ends listening by throwing {@link Over}. */
final class Hearer implements StreamListener {
  private final JsonMapper mapper = JsonMapper.shared();
  private final PrintWriter out;
  private final PrintWriter err;
  private final Use use;
  private final boolean json;
  private final boolean presence;
  private final @Nullable CursorFile file;
  private long left;
  private boolean met;

  /** What is done with a notification. */
  interface Use {
    /**
     * @param line cursor and notification as one line of JSON
     * @throws UseFailure if it could not be done this time
     */
    void take(String cursor, JsonNode notification, String line) throws Failure, UseFailure;
  }

  /** That a use did not succeed, and may with another notification. */
  static final class UseFailure extends Exception {
    private static final long serialVersionUID = 1;

    UseFailure(String message) {
      super(message);
    }
  }

  /** That enough was heard, or that something failed; the subscription hands it on. */
  static final class Over extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Failure failure;

    private Over(@Nullable Failure failure) {
      super(failure);
      this.failure = failure;
    }

    /** Throws what failed, if something did. */
    void rethrow() throws Failure {
      if (failure != null) {
        throw failure;
      }
    }
  }

  /**
   * @param json whether gaps and withdrawals are printed too, as JSON
   * @param presence whether it is printed who comes and goes
   * @param file what keeps the cursor; with one, a use that fails is the end
   * @param count how many notifications are enough
   */
  Hearer(
      CommandLine command,
      Use use,
      boolean json,
      boolean presence,
      @Nullable CursorFile file,
      long count) {
    this.out = command.getOut();
    this.err = command.getErr();
    this.use = use;
    this.json = json;
    this.presence = presence;
    this.file = file;
    this.left = count;
  }

  /** Takes them as they came, so that what is printed is what the hub said. */
  @Override
  public void event(String name, String cursor, String data) {
    try {
      take(name, cursor, data);
      if (out.checkError()) {
        throw new Over(null); // nobody takes what is printed
      }
      if (file != null) {
        file.write(cursor);
      }
    } catch (Failure e) {
      throw new Over(e);
    }
    if (left <= 0) {
      throw new Over(null);
    }
  }

  private void take(String name, String cursor, String data) throws Failure {
    switch (name) {
      case "message" -> {
        left--;
        take(cursor, data);
      }
      case "hello" -> {
        met = true;
        StringJoiner addresses = new StringJoiner(", ");
        mapper.readTree(data).path("to").forEach(to -> addresses.add(to.asString()));
        notice("listening to " + addresses + " from " + cursor);
        if (json && presence) {
          print(name, cursor, data); // a break: who is there is asked anew
        }
      }
      case "gap", "withdrawn" -> {
        if (json) {
          print(name, cursor, data);
        } else {
          notice(name + ": " + data);
        }
      }
      case "presence" -> {
        if (presence && json) {
          print(name, cursor, data);
        } else if (presence) {
          out.println(Plain.line(coming(mapper.readTree(data))));
        }
      }
      case "reauth" ->
          throw new Failure(
              "the token has ended; go on with a new one and "
                  + (file == null ? "--after " + cursor : "the same --state"));
      default -> {} // tick, or what is no business of this command
    }
  }

  private void print(String event, String cursor, String data) {
    out.println("{\"event\":\"%s\",\"cursor\":\"%s\",\"data\":%s}".formatted(event, cursor, data));
  }

  private static String coming(JsonNode data) {
    if (!data.has("user")) {
      return "others have come or gone";
    }
    return data.path("user").asString("")
        + (data.path("present").asBoolean() ? " has come" : " has gone");
  }

  private void take(String cursor, String data) throws Failure {
    String line = "{\"cursor\":\"%s\",\"notification\":%s}".formatted(cursor, data);
    try {
      use.take(cursor, mapper.readTree(data), line);
    } catch (UseFailure e) {
      if (file != null) {
        throw new Failure(e.getMessage() + ", with which the next start begins", e);
      }
      notice(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void notification(String cursor, Notification notification) {}

  @Override
  public void broken(IOException why, Duration wait) {
    if (!met && why instanceof ConnectException) {
      throw new Over(new Failure(why.getMessage() + ": is the hub running there?", why));
    }
    notice("%s; trying again in %.1f s".formatted(why.getMessage(), wait.toMillis() / 1000.0));
  }

  private void notice(String text) {
    err.println(Plain.line("tidings listen: " + text));
  }
}
