package tidings.store.inbox;

import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tidings.core.inbox.InboxStore;
import tidings.core.log.Log;
import tidings.store.ManualTime;

/** The contract over a store in memory: the rules alone, and whether the contract can fail. */
final class MemoryInboxTest extends InboxContract {
  private Tampering tampering = Tampering.NONE;

  @Override
  protected Place place(ManualTime time) {
    Memory memory = new Memory();
    Tampering chosen = tampering;
    return keep -> {
      if (chosen == Tampering.A_MARK_IS_LOST_OVER_A_RESTART) {
        memory.forgetMark();
      }
      MemoryStore store = new MemoryStore(memory, chosen);
      store.purge(keep);
      store.sweep();
      InboxStore inboxes = new TamperedStore(store, chosen);
      return new Opened() {
        @Override
        public Log log() {
          return store;
        }

        @Override
        public InboxStore inboxes() {
          return inboxes;
        }

        @Override
        public void close() {
          store.close();
        }
      };
    };
  }

  /** Some round must fail with it, and pass without it. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void whatIsWrongIsNoticed(Tampering wrong) {
    for (long seed = 1; seed < 160; seed += 4) { // no long ones
      tampering = wrong;
      try {
        round(seed);
      } catch (AssertionError noticed) {
        tampering = Tampering.NONE;
        round(seed);
        return;
      }
    }
    fail("not noticed");
  }
}
