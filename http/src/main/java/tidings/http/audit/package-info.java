/** What an operator can look up afterwards: who was refused, and who administered the hub. */
@NullMarked
package tidings.http.audit;

import org.jspecify.annotations.NullMarked;
