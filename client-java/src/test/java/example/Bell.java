package example;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import tidings.client.Draft;
import tidings.client.Gap;
import tidings.client.InboxFilter;
import tidings.client.InboxItem;
import tidings.client.Level;
import tidings.client.Notification;
import tidings.client.StreamFilter;
import tidings.client.StreamListener;
import tidings.client.Subscription;
import tidings.client.TidingsClient;

/** Publishes an order, follows what concerns the user, and reads their inbox. */
public final class Bell {
  public static void main(String[] arguments) throws Exception {
    try (TidingsClient tidings =
        TidingsClient.builder(URI.create("http://127.0.0.1:8080"))
            .token(() -> Files.readString(Path.of("token")).strip()) // asked anew when one ends
            .build()) {

      tidings.publish(
          Draft.of("Order 42 was placed", "topic:shop.orders", "user:alice")
              .level(Level.SUCCESS)
              .link("/orders/42")
              .ref("order-42")); // so that trying again is harmless

      for (InboxItem item : tidings.inbox().page(InboxFilter.none(), null, 20).items()) {
        System.out.println(item.state() + " " + item.notification().title());
      }

      StreamFilter filter = StreamFilter.all().level(Level.SUCCESS);
      try (Subscription following = tidings.subscribe(filter, new Printer())) {
        following.ended().get(); // an exception if the hub refuses
      }
    }
  }

  private static final class Printer implements StreamListener {
    @Override
    public void notification(String cursor, Notification notification) {
      System.out.println(notification.title());
    }

    @Override
    public void gap(Gap gap) {
      System.out.println("What came before " + gap.toTime() + " is no longer kept.");
    }
  }
}
