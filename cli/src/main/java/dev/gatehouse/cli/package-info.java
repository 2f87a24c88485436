/**
 * The commands, on the API: starting and stopping the server as a process of its own, what scripts
 * need to reach it, and the demonstration. Nothing here knows the server's code; it meets it
 * through the launcher, the data folder and HTTPS.
 */
@NullMarked
package dev.gatehouse.cli;

import org.jspecify.annotations.NullMarked;
