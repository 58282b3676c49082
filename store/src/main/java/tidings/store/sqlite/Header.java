package tidings.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import tidings.store.StoreUnusable;

/**
 * The first 100 bytes of a database file (SQLite's file format, section 1.3), looked at before
 * SQLite opens it, never beside it.
 */
final class Header {
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final int BYTES = 100;
  private static final int PAGE_SIZE_AT = 16;
  private static final int CHANGES_AT = 24;
  private static final int PAGES_AT = 28;
  private static final int APPLICATION_ID_AT = 68;
  private static final int PAGES_VALID_FOR_AT = 92;

  private Header() {}

  /**
   * Checks a file that may be missing or empty: then it is new.
   *
   * @throws StoreUnusable if it is no database, or shorter than it says
   */
  static void check(Path file) {
    try {
      if (Files.exists(file) && Files.size(file) > 0) {
        check(file, Files.size(file));
      }
    } catch (IOException e) {
      throw new StoreUnusable("can't read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void check(Path file, long size) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.read(header, 0);
    }
    if (!Arrays.equals(Arrays.copyOf(header.array(), MAGIC.length), MAGIC)) {
      throw new StoreUnusable(
          "%s is no SQLite database, or its header is damaged; restore it from a backup, or name"
                  .formatted(file)
              + " another file");
    }
    int pageSize = header.getShort(PAGE_SIZE_AT) & 0xffff;
    int pageBytes = pageSize == 1 ? 65_536 : pageSize;
    long expected = (header.getInt(PAGES_AT) & 0xffff_ffffL) * pageBytes;
    if (hasWriteAheadLog(file)) {
      return;
    }
    // Without a table, of one page, it may be one that Tidings began to make.
    int application = header.getInt(APPLICATION_ID_AT);
    if (application != Schema.APPLICATION_ID && (application != 0 || size > pageBytes)) {
      throw Schema.ofAnotherProgram(file);
    }
    boolean known = header.getInt(CHANGES_AT) == header.getInt(PAGES_VALID_FOR_AT);
    if (known && size < expected) {
      throw new StoreUnusable(
          "%s is cut off: %d of %d bytes; restore it from a backup"
              .formatted(file, size, expected));
    }
  }

  /**
   * With one, the newest header is in there, and a checkpoint may have been under way, which SQLite
   * completes.
   */
  private static boolean hasWriteAheadLog(Path file) throws IOException {
    Path log = file.resolveSibling(file.getFileName() + "-wal");
    return Files.exists(log) && Files.size(log) > 0;
  }
}
