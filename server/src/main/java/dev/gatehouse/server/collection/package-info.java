/** What services are asked and answer, kept for their owners: in files, or sent as log lines. */
@NullMarked
package dev.gatehouse.server.collection;

import org.jspecify.annotations.NullMarked;
