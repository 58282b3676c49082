/**
 * What happened and whom it is for: the notification, its draft, its addresses and their patterns.
 */
@NullMarked
package tidings.core.notification;

import org.jspecify.annotations.NullMarked;
