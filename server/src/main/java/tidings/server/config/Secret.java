package tidings.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A credential: written in the configuration, or in a file that is read whenever it is asked for.
 */
public sealed interface Secret {

  /**
   * The credential, of a file all but one line end at its end.
   *
   * @throws IOException if its file can't be read now
   */
  String value() throws IOException;

  /** One that was written down, or was held by an environment variable at the start. */
  record Inline(String value) implements Secret {
    @Override
    public String toString() {
      return "(secret)";
    }
  }

  /** One that something else may write anew at any time, as Vault's agent does. */
  record InFile(Path file) implements Secret {
    @Override
    public String value() throws IOException {
      String text;
      try {
        text = Files.readString(file);
      } catch (NoSuchFileException e) {
        throw new IOException("there is no file " + file, e);
      }
      int end = text.length();
      if (end > 0 && text.charAt(end - 1) == '\n') {
        end -= end > 1 && text.charAt(end - 2) == '\r' ? 2 : 1;
      }
      return text.substring(0, end);
    }
  }
}
