package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a request's body costs to collect. */
final class BodyTest {
  private static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  private static ByteBuf piece(String text) {
    return ALLOCATOR.buffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void oneThatComesInOnePieceIsThatPiece() {
    Body body = new Body(ALLOCATOR);
    ByteBuf piece = piece("whole");
    body.add(piece("")); // the end of a chunk may be empty
    body.add(piece);
    assertThat(body.bytes()).isSameAs(piece);
    body.release();
    assertThat(piece.refCnt()).isZero();
  }

  @Test
  void piecesAreJoinedInOrder() {
    Body body = new Body(ALLOCATOR);
    for (String text : new String[] {"a", "", "bc", "def"}) {
      body.add(piece(text));
    }
    assertThat(body.bytes().toString(StandardCharsets.US_ASCII)).isEqualTo("abcdef");
    assertThat(body.size()).isEqualTo(6);
    body.release();
    assertThat(body.size()).isZero();
  }

  /** Copying all that came before with each byte would take minutes. */
  @Test
  void manySmallPiecesAreNotCopiedEachTime() {
    Body body = new Body(ALLOCATOR);
    ByteBuf one = piece("a");
    int grown = 0;
    int room = 0;
    for (int i = 0; i < 1 << 14; i++) {
      body.add(one.retainedDuplicate());
      if (body.bytes().capacity() != room) {
        room = body.bytes().capacity();
        grown++;
      }
    }
    assertThat(body.size()).isEqualTo(1 << 14);
    assertThat(grown).as("how often all of it was copied").isLessThan(24);
    body.release();
    one.release();
  }
}
