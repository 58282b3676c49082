package tidings.server;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules over the classes of all modules that this one wires together. */
final class ArchitectureTest {
  /** The one place that reads the machine's clocks; everything else is given a clock. */
  private static final String CLOCKS = "tidings.server.Clocks";

  private static final Map<String, Set<String>> CLOCK_CALLS =
      Map.of(
          "java.lang.System", Set.of("currentTimeMillis", "nanoTime"),
          "java.lang.Thread", Set.of("sleep"),
          "java.util.concurrent.TimeUnit", Set.of("sleep"));

  /** These compare what anyone may read, or what nobody sends: key sets, own files, hashes. */
  private static final String PUBLIC_BYTES = ".*\\.(KeySet|TlsFiles|Refs|Header)";

  private static final JavaClasses TIDINGS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("tidings");

  @Test
  void packagesFormNoCycles() {
    slices().matching("tidings.(**)").should().beFreeOfCycles().check(TIDINGS);
  }

  @Test
  void onlyOnePlaceReadsTheClockAndNothingSleeps() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(CLOCKS)
        .should()
        .accessTargetWhere(describe("reads a clock or sleeps", ArchitectureTest::isClockCall))
        .check(TIDINGS);
  }

  /** What is equal in its first bytes takes longer to compare: no secret may show that. */
  @Test
  void bytesThatMayBeSecretAreComparedInConstantTime() {
    noClasses()
        .that()
        .haveNameNotMatching(PUBLIC_BYTES)
        .should()
        .callMethod(Arrays.class, "equals", byte[].class, byte[].class)
        .because("MessageDigest.isEqual takes the same time whatever is equal")
        .check(TIDINGS);
  }

  private static boolean isClockCall(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getName();
    return CLOCK_CALLS.getOrDefault(owner, Set.of()).contains(name)
        || (owner.startsWith("java.time.") && name.equals("now"));
  }
}
