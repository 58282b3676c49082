package tidings.gates;

import java.nio.file.Path;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The protocol's test vectors. */
public final class Vectors {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Vectors() {}

  /** The vectors of one file in protocol/vectors. */
  public static JsonNode read(String file) {
    return MAPPER.readTree(Path.of("..", "protocol", "vectors", file).toFile());
  }

  /** A value as JSON in ASCII, so that half a surrogate pair survives. */
  public static byte[] ascii(JsonNode value) {
    return MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsBytes(value);
  }
}
