package tidings.http;

import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.http.exchange.Request;

/** What one request does, for the audit log, where it is noted once. On the event loop. */
final class AuditNote {
  private final Site site;
  private final Request request;
  private @Nullable Caller caller;
  private @Nullable String administers;
  private boolean signsIn;
  private boolean signsOut;
  private boolean noted;

  AuditNote(Site site, Request request) {
    this.site = site;
    this.request = request;
  }

  void identified(Caller known) {
    caller = known;
  }

  /** Who sent the request, null if that is not known. */
  @Nullable Caller caller() {
    return caller;
  }

  void administers(String what) {
    administers = what;
  }

  void signsIn() {
    signsIn = true;
  }

  void signsOut() {
    signsOut = true;
  }

  /** It has its answer, if anybody is there to get it. */
  void answered(int status) {
    if (noted) {
      return;
    }
    noted = true;
    String what = administers;
    if (status >= 300) {
      refused(status);
    } else if (what != null) {
      site.audit().administered(request, call(), caller, what);
    } else if (signsIn) {
      site.audit().signedIn(request, call(), caller, status);
    } else if (signsOut) {
      site.audit().signedOut(request, call(), caller, status);
    }
  }

  /** It was refused, or a part of it. */
  void refused(int status) {
    if (status == 401 || status == 403 || status == 429) {
      site.audit().refused(request, call(), caller, status);
    }
  }

  /** What was asked for, in the hub's own words. */
  private String call() {
    return request.shownMethod() + " " + site.router().pattern(request.path());
  }
}
