package tidings.store.inbox;

/** What is made wrong, so that the contract must notice it. */
enum Tampering {
  NONE,
  A_COVERED_EXCEPTION_COUNTS,
  A_REPLACED_ENTRY_SHOWS,
  A_MARK_IS_LOST_OVER_A_RESTART,
  A_TOPIC_IS_RAISED_LATE,
  A_REPLACEMENT_IS_NOT_TOLD,
  A_WITHDRAWAL_IS_NOT_TOLD,
  A_CHANGE_IS_NOT_TOLD,
  AN_ERASING_IS_NOT_TOLD
}
