package tidings.auth;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A JWK set in a file. */
record KeySetFile(Path file) implements KeySetSource {

  @Override
  public Fetched fetch(@Nullable String etag) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] json = in.readNBytes(BYTES_MAX + 1);
      if (json.length > BYTES_MAX) {
        throw new IOException("larger than %d bytes".formatted(BYTES_MAX));
      }
      return new Fetched(json, null);
    } catch (FileSystemException e) {
      throw new IOException("can't be read: " + e, e);
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
