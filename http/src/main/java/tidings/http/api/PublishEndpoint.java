package tidings.http.api;

import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tidings.core.access.Caller;
import tidings.core.delivery.Hub;
import tidings.core.log.Append;
import tidings.core.log.Epochs;
import tidings.core.notification.JsonWriter;
import tidings.core.problem.Problem;
import tidings.gates.tidings.DraftReader;
import tidings.gates.tidings.Drafts;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/**
 * {@code POST /v1/notifications}: publishes one notification or an array (protocol/publishing.md).
 */
public final class PublishEndpoint implements Endpoint {
  private final Callers callers;
  private final Hub hub;
  private final int bodyBytesMax;

  public PublishEndpoint(Callers callers, Hub hub, int bodyBytesMax) {
    this.callers = callers;
    this.hub = hub;
    this.bodyBytesMax = bodyBytesMax;
  }

  @Override
  public int bodyBytesMax() {
    return bodyBytesMax;
  }

  @Override
  public void handle(Exchange exchange) {
    callers.identify(exchange, caller -> publish(exchange, caller));
  }

  private void publish(Exchange exchange, Caller caller) {
    Drafts drafts = DraftReader.read(ByteBufUtil.getBytes(exchange.body()));
    hub.intake().publish(caller, drafts.drafts(), new Reply(exchange, drafts.array()));
  }

  /** Answers when the log has taken the notifications, or has not. */
  private final class Reply implements Append.Outcome {
    private final Exchange exchange;
    private final boolean array;

    Reply(Exchange exchange, boolean array) {
      this.exchange = exchange;
      this.array = array;
    }

    @Override
    public void stored(List<Append.Receipt> receipts) {
      StringBuilder json = new StringBuilder(96 * receipts.size());
      for (Append.Receipt receipt : receipts) {
        json.append(json.isEmpty() ? array ? "[" : "" : ",").append(json(receipt));
      }
      byte[] body = json.append(array ? "]" : "").toString().getBytes(StandardCharsets.US_ASCII);
      exchange.respond(Response.json(201, body));
    }

    @Override
    public void refused(Problem problem) {
      exchange.refuse(problem);
    }

    private String json(Append.Receipt receipt) {
      Epochs epochs = hub.log().epochs();
      return JsonWriter.object(96)
          .text("id", receipt.id().toString())
          .text("cursor", epochs.cursor(receipt.position()).toString())
          .end();
    }
  }
}
