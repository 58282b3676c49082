package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/** Tests of which each has an office of its own. */
abstract class WithOffice {
  @TempDir Path folder;
  Office office;

  @BeforeEach
  void open() {
    office = new Office(folder);
  }

  @AfterEach
  void close() {
    office.close();
  }

  void assertRefused(String token) {
    assertThat(office.authenticator.cached(token)).isNull();
    Refusal refusal =
        catchThrowableOfType(Refusal.class, () -> office.authenticator.authenticate(token));
    assertThat(refusal.problem().kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    assertThat(refusal.getMessage()).doesNotContain(token);
  }
}
