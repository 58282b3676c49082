package tidings.core;

import java.nio.file.Path;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The protocol's test vectors. */
public final class Vectors {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Vectors() {}

  /** One list of one file in protocol/vectors. */
  public static Stream<JsonNode> read(String file, String list) {
    return MAPPER
        .readTree(Path.of("..", "protocol", "vectors", file).toFile())
        .required(list)
        .valueStream();
  }

  /** A list of texts within a vector. */
  public static Stream<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asString);
  }
}
