package tidings.server.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Grant;
import tidings.core.notification.JsonWriter;
import tidings.http.api.GrantJson;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A hub that runs, by what needs {@code operate} (protocol/access.md, presence.md). */
record RemoteDesk(Line line) implements Desk {

  /** What the hub said. */
  record Answer(int status, byte[] body) {}

  /** A way to the hub. */
  interface Line extends AutoCloseable {
    /**
     * Sends a request.
     *
     * @param json the body, null for none
     */
    Answer call(String method, String path, @Nullable String json) throws Failure;

    @Override
    void close();
  }

  @Override
  public String make(String name, Grant grant) throws Failure {
    String json = GrantJson.write(JsonWriter.object(256).text("name", name), grant).end();
    return read("POST", "/v1/tokens", json).path("token").asString();
  }

  @Override
  public List<String> list() throws Failure {
    List<String> lines = new ArrayList<>();
    for (JsonNode token : read("GET", "/v1/tokens", null).path("items")) {
      lines.add(
          described(
              token.path("name").asString(),
              token.path("made").asString(),
              token.path("grants").toString()));
    }
    return lines;
  }

  /** A token on one line, as it is listed. */
  static String described(String name, String made, String grants) {
    return Plain.line("%s  %s  %s".formatted(name, made, grants));
  }

  @Override
  public void revoke(String name) throws Failure {
    delete("/v1/tokens/", name);
  }

  @Override
  public void erase(String user) throws Failure {
    delete("/v1/users/", user);
  }

  private void delete(String path, String name) throws Failure {
    String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
    expect(line.call("DELETE", path + encoded, null), 204);
  }

  private JsonNode read(String method, String path, @Nullable String json) throws Failure {
    Answer answer = line.call(method, path, json);
    expect(answer, method.equals("POST") ? 201 : 200);
    return parse(answer);
  }

  private static void expect(Answer answer, int status) throws Failure {
    if (answer.status != status) {
      throw new Failure(
          "the hub answered %d: %s".formatted(answer.status, HubClient.describe(parse(answer))));
    }
  }

  private static JsonNode parse(Answer answer) throws Failure {
    try {
      return JsonMapper.shared().readTree(answer.body);
    } catch (JacksonException e) {
      throw new Failure("the hub answered %d, and not as a hub".formatted(answer.status), e);
    }
  }

  @Override
  public void close() {
    line.close();
  }
}
