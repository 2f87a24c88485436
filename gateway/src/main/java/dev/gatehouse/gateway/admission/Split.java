package dev.gatehouse.gateway.admission;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Deals requests out so that any hundred in a row, over all threads together, have exactly the
 * shares.
 */
public final class Split {
  private static final int PERIOD = 100;

  private final AtomicLong turn;
  private final byte[] sequence;
  private final int only;

  /**
   * @param shares in percent, adding up to 100
   * @param turn goes on counting when the shares change
   */
  public Split(List<Integer> shares, AtomicLong turn) {
    this.turn = turn;
    this.sequence = sequence(shares);
    this.only = shares.indexOf(PERIOD);
  }

  /** The index of the share that the next request belongs to. */
  public int next() {
    return only >= 0 ? only : sequence[(int) (turn.getAndIncrement() % PERIOD)];
  }

  /** Smooth weighted round robin, as nginx deals: each gains its share, the richest pays 100. */
  private static byte[] sequence(List<Integer> shares) {
    var credit = new int[shares.size()];
    var dealt = new byte[PERIOD];
    for (int i = 0; i < PERIOD; i++) {
      int best = 0;
      for (int v = 0; v < credit.length; v++) {
        credit[v] += shares.get(v);
        if (credit[v] > credit[best]) {
          best = v;
        }
      }
      credit[best] -= PERIOD;
      dealt[i] = (byte) best;
    }
    return dealt;
  }
}
