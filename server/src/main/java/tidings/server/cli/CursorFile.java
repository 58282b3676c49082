package tidings.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file that holds a cursor (protocol/cursors.md), so that a program goes on where it ended. It is
 * replaced as a whole, and not synced: after a power cut it may hold an older one.
 */
record CursorFile(Path file) {
  private static final Pattern CURSOR = Pattern.compile("[a-z0-9]{8}\\.(0|[1-9][0-9]{0,17})");
  private static final int BYTES_MAX = 64;

  /** What it holds, null if there is no file yet. */
  @Nullable String read() throws Failure {
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
      if (!CURSOR.matcher(text.strip()).matches()) {
        throw new Failure(
            file
                + ": holds no cursor (expected one like k3v9x2ab.42; without the file, listening"
                + " begins anew)");
      }
      return text.strip();
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Replaces what it holds. */
  void write(String cursor) throws Failure {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      Files.writeString(next, cursor + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private Failure failure(IOException e) {
    return new Failure("can't keep the cursor in " + file + ": " + e, e);
  }
}
