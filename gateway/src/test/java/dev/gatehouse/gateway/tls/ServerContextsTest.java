package dev.gatehouse.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.gateway.Pairs;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerContextsTest {
  private final SecureRandom random = new SecureRandom();

  @Test
  void keepsNoMoreThanItsBoundAndFreesTheOldest() {
    var contexts = new ServerContexts(2, random);
    var first = contexts.acquire(Pairs.shown("a"));
    var held = new ArrayList<CertifiedKey>();
    for (int i = 0; i < 3; i++) {
      held.add(Pairs.pair("n" + i));
      ReferenceCountUtil.release(contexts.acquire(new Shown(held.getLast(), List.of())));
    }
    assertThat(contexts.size()).isLessThanOrEqualTo(2);
    assertThat(((ReferenceCounted) first).refCnt()).isEqualTo(1);
    ReferenceCountUtil.release(first);
    contexts.close();
  }

  @Test
  void anEngineOutlivesItsContextsRelease() {
    var contexts = new ServerContexts(2, random);
    var pair = Pairs.shown("a");
    var context = contexts.acquire(pair);
    var engine = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
    ReferenceCountUtil.release(context);
    contexts.close();
    assertThat(((ReferenceCounted) context).refCnt()).isEqualTo(1);
    ReferenceCountUtil.release(engine);
    assertThat(((ReferenceCounted) context).refCnt()).isZero();
  }

  @Test
  void makesOneContextForAPair() {
    var contexts = new ServerContexts(2, random);
    var pair = Pairs.shown("a");
    var one = contexts.acquire(pair);
    var two = contexts.acquire(pair);
    assertThat(one).isSameAs(two);
    ReferenceCountUtil.release(one);
    ReferenceCountUtil.release(two);
    contexts.close();
  }

  @Test
  void worksOnJavasOwnProvider() throws Exception {
    try (var contexts = new ServerContexts(2, random, SslProvider.JDK)) {
      var engine = contexts.acquire(Pairs.shown("a")).newEngine(UnpooledByteBufAllocator.DEFAULT);
      assertThat(engine.getEnabledProtocols()).containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
      contexts.rotateTickets();
    }
  }

  @Test
  void otherClientRootsMakeAnotherContext() {
    try (var contexts = new ServerContexts(4, random)) {
      var pair = Pairs.pair("a");
      var open = contexts.acquire(new Shown(pair, List.of()));
      var asking = contexts.acquire(new Shown(pair, List.of(pair.leaf())));
      var again = contexts.acquire(new Shown(pair, List.of(pair.leaf())));
      assertThat(asking).isNotSameAs(open).isSameAs(again);
      List.of(open, asking, again).forEach(ReferenceCountUtil::release);
    }
  }
}
