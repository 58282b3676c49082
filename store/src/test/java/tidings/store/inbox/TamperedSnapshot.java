package tidings.store.inbox;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Row;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Sorts;
import tidings.core.inbox.Touched;
import tidings.core.inbox.WideRow;
import tidings.core.notification.Address;

/** A snapshot whose rows and exceptions are told wrong. */
final class TamperedSnapshot extends ForwardingSnapshot {
  private final Tampering tampering;

  TamperedSnapshot(Snapshot snapshot, Tampering tampering) {
    super(snapshot);
    this.tampering = tampering;
  }

  private List<Row> told(List<Row> rows) {
    return switch (tampering) {
      case A_WITHDRAWAL_IS_NOT_TOLD ->
          rows.stream().filter(row -> row.sort() != Sorts.WITHDRAWAL).toList();
      case A_REPLACED_ENTRY_SHOWS ->
          rows.stream()
              .map(row ->
                  row.sort() == Sorts.REPLACED ? with(row, Sorts.UNKNOWN, row.replaces()) : row)
              .toList();
      case A_REPLACEMENT_IS_NOT_TOLD ->
          rows.stream().map(row -> row.replaces() == 0 ? row : with(row, row.sort(), -1)).toList();
      default -> rows;
    };
  }

  private static Row with(Row row, int sort, long replaces) {
    return new Row(row.address(), row.position(), sort, row.expiresMs(), replaces, row.firstMs());
  }

  private List<Touched> toldOf(List<Touched> exceptions) {
    return tampering == Tampering.A_COVERED_EXCEPTION_COUNTS
        ? exceptions.stream()
            .map(x -> new Touched(x.position(), newer(x.read()), newer(x.archived())))
            .toList()
        : exceptions;
  }

  private static Touched.@Nullable Flag newer(Touched.@Nullable Flag flag) {
    return flag == null ? null : new Touched.Flag(flag.is(), Long.MAX_VALUE);
  }

  @Override
  public List<Row> rows(Address address, long above, long upTo, int limit) {
    return told(super.rows(address, above, upTo, limit));
  }

  @Override
  public List<WideRow> wide(long above, long upTo, int limit) {
    List<WideRow> rows = super.wide(above, upTo, limit);
    return tampering == Tampering.A_WITHDRAWAL_IS_NOT_TOLD
        ? rows.stream().filter(row -> row.sort() != Sorts.WITHDRAWAL).toList()
        : rows;
  }

  @Override
  public List<Row> rowsAt(long position, Predicate<Address> reaching) {
    return told(super.rowsAt(position, reaching));
  }

  @Override
  public List<Touched> touched(long person, long above, long upTo, int limit) {
    return toldOf(super.touched(person, above, upTo, limit));
  }

  @Override
  public List<Touched> touched(long person, Flag flag, long above, long upTo, int limit) {
    return toldOf(super.touched(person, flag, above, upTo, limit));
  }
}
