package tidings.rabbitmq;

import tidings.core.notification.Draft;
import tidings.core.problem.Refusal;
import tidings.gates.nasqueron.CenterMessage;
import tidings.gates.tidings.DraftReader;

/** What the messages of a source look like: how a routing key and a body become a draft. */
@FunctionalInterface
public interface Format {

  /** Drafts in the hub's own JSON. */
  Format TIDINGS = (routingKey, body) -> DraftReader.readOne(body);

  /**
   * @throws Refusal if the message can't be read, saying why
   */
  Draft draft(String routingKey, byte[] body);

  /**
   * Messages of Nasqueron's Notifications Center.
   *
   * @param rawContentBytesMax of a longer raw content only the size is kept
   */
  static Format nasqueron(int rawContentBytesMax) {
    return (routingKey, body) -> CenterMessage.draft(routingKey, body, rawContentBytesMax);
  }
}
