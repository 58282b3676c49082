package tidings.gates.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import tidings.core.notification.JsonWriter;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;

/**
 * A JSON text (RFC 8259) that is read from its beginning, token by token. It is decoded first,
 * since a parser of bytes would also take UTF-16 and broken UTF-8. Not thread-safe.
 */
public final class JsonText {

  private static final JsonFactory STRICT =
      factory(64).enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final JsonFactory LENIENT = factory(600).build();

  private final JsonParser parser;

  private JsonText(JsonFactory factory, byte[] utf8) {
    try {
      CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
      parser = factory.createParser(ObjectReadContext.empty(), decoded.array(), 0, decoded.limit());
    } catch (CharacterCodingException e) {
      throw refusal("not UTF-8");
    }
  }

  /**
   * Reads a text whose author is told what is wrong with it: no name may come twice in an object,
   * and no more than 64 levels are nested.
   *
   * @param reader starts before the first token; what it makes is returned
   * @throws Refusal of kind {@code INVALID_REQUEST} if it is no JSON
   */
  public static <T> T strict(byte[] utf8, Function<JsonText, T> reader) {
    return read(STRICT, utf8, reader);
  }

  /**
   * Reads a text whose author is a program and not there to be told: anything that is JSON, nested
   * up to 600 levels (PHP writes 512).
   *
   * @param reader starts before the first token; what it makes is returned
   * @throws Refusal of kind {@code INVALID_REQUEST} if it is no JSON
   */
  public static <T> T lenient(byte[] utf8, Function<JsonText, T> reader) {
    return read(LENIENT, utf8, reader);
  }

  private static <T> T read(JsonFactory factory, byte[] utf8, Function<JsonText, T> reader) {
    JsonText text = new JsonText(factory, utf8);
    try (text.parser) {
      return reader.apply(text);
    } catch (StreamConstraintsException e) {
      throw refusal(
          at(text.parser.currentLocation())
              + "nested too deep, or a name or number that is too long");
    } catch (JacksonException e) {
      throw refusal(at(e.getLocation()) + e.getOriginalMessage());
    }
  }

  private static JsonFactoryBuilder factory(int depthMax) {
    return JsonFactory.builder()
        .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(depthMax).build());
  }

  /** The parser at the current token. */
  public JsonParser parser() {
    return parser;
  }

  /**
   * Reads to the end of the current value.
   *
   * @return the value on one line, without white space between its tokens: numbers as they were
   *     written, strings with nothing escaped that need not be
   */
  public String value() {
    StringBuilder out = new StringBuilder();
    boolean comma = false;
    int depth = 0;
    do {
      JsonToken token = parser.currentToken();
      if (comma && !token.isStructEnd()) {
        out.append(',');
      }
      switch (token) {
        case PROPERTY_NAME -> {
          JsonWriter.quote(out, parser.currentName());
          out.append(':');
        }
        case VALUE_STRING -> JsonWriter.quote(out, parser.getString());
        default -> out.append(parser.getString());
      }
      comma = token != JsonToken.PROPERTY_NAME && !token.isStructStart();
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
    } while (depth > 0 && parser.nextToken() != null);
    return out.toString();
  }

  private static String at(TokenStreamLocation place) {
    return "line %d, column %d: ".formatted(place.getLineNr(), place.getColumnNr());
  }

  private static Refusal refusal(String fault) {
    return Problem.of(Problem.Kind.INVALID_REQUEST, "no JSON: " + fault).refusal();
  }
}
