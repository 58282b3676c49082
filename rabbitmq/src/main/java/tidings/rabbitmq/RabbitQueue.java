package tidings.rabbitmq;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The queue that a source consumes, and how it comes to be. */
public sealed interface RabbitQueue {

  /** A queue that the hub declares and binds itself. */
  sealed interface Own extends RabbitQueue {
    /** A durable topic exchange, declared if the user may. */
    String exchange();

    /** Patterns of routing keys. */
    List<String> bindings();
  }

  /**
   * A queue of one connection, gone with it: what is published while the hub is away is missed.
   *
   * @param name null for a name that the broker makes
   */
  record Exclusive(@Nullable String name, String exchange, List<String> bindings) implements Own {
    public Exclusive {
      bindings = List.copyOf(bindings);
    }
  }

  /** A durable, replicated queue: it keeps messages on disk even if they are not persistent. */
  record Quorum(String name, String exchange, List<String> bindings) implements Own {
    public Quorum {
      bindings = List.copyOf(bindings);
    }
  }

  /** A queue that an administrator made and bound; it takes no right but to read it. */
  record Passive(String name) implements RabbitQueue {}
}
