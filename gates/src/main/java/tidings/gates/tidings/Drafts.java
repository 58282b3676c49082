package tidings.gates.tidings;

import java.util.List;
import tidings.core.notification.Draft;

/**
 * What one JSON text asks to publish, in order.
 *
 * @param array whether the text was an array; else there is exactly one draft
 */
public record Drafts(List<Draft> drafts, boolean array) {

  public Drafts {
    drafts = List.copyOf(drafts);
  }
}
