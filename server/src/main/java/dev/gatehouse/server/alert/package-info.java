/** What somebody must hear of: written to the log and sent to a webhook, apart from what failed. */
@NullMarked
package dev.gatehouse.server.alert;

import org.jspecify.annotations.NullMarked;
