package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Input;
import dev.gatehouse.certificates.CertificateFault.Reason;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.util.HexFormat;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PBEParameter;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.jspecify.annotations.Nullable;

/** Opens encrypted keys, and refuses those whose own parameters ask for absurd work. */
final class KeyDecryption {
  /** A thousand times what OpenSSL asks for, and a second or two of work. */
  private static final BigInteger MOST_ITERATIONS = BigInteger.valueOf(2_000_000);

  /** Blocks of 128 bytes: 64 MiB, four times what OpenSSL asks for. */
  private static final BigInteger MOST_SCRYPT_BLOCKS = BigInteger.valueOf(1 << 19);

  private static final BigInteger LONGEST_KEY = BigInteger.valueOf(64);

  private KeyDecryption() {}

  /** PKCS#8 under PBES2 (PBKDF2 or scrypt) or one of the older schemes. */
  static byte[] pkcs8(EncryptedPrivateKeyInfo key, Passphrase passphrase) {
    demand(passphrase);
    limitWork(key.getEncryptionAlgorithm());
    return Reading.of(
        new Reason.WrongPassphrase(Input.KEY, true),
        () -> {
          try {
            return new JceOpenSSLPKCS8DecryptorProviderBuilder()
                .setProvider(new BouncyCastleProvider())
                .build(passphrase.characters())
                .get(key.getEncryptionAlgorithm())
                .getInputStream(new ByteArrayInputStream(key.getEncryptedData()))
                .readAllBytes();
          } catch (OperatorCreationException _) {
            throw unknownCipher();
          }
        });
  }

  /** A PEM block with the header "DEK-Info: CIPHER,IV" of OpenSSL's traditional form. */
  static byte[] traditional(PemBlock block, Passphrase passphrase) {
    demand(passphrase);
    var cipher = block.headers().getOrDefault("DEK-Info", "").split(",", 2);
    if (cipher.length != 2) {
      throw unknownCipher();
    }
    var provider =
        new JcePEMDecryptorProviderBuilder()
            .setProvider(new BouncyCastleProvider())
            .build(passphrase.characters());
    return Reading.of(
        new Reason.WrongPassphrase(Input.KEY, true),
        () -> {
          try {
            var iv = HexFormat.of().parseHex(cipher[1].strip());
            return provider.get(cipher[0].strip()).decrypt(block.content(), iv);
          } catch (OperatorCreationException _) {
            throw unknownCipher();
          }
        });
  }

  private static void demand(Passphrase passphrase) {
    if (!passphrase.given()) {
      throw new CertificateFault(new Reason.WrongPassphrase(Input.KEY, false));
    }
  }

  private static CertificateFault unknownCipher() {
    return new CertificateFault(
        new Reason.Unreadable(Input.KEY, "it is encrypted in a way that is not known"));
  }

  private static void limitWork(AlgorithmIdentifier algorithm) {
    if (!algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
      // PBEParameter and PKCS12PBEParams have the same two fields.
      limit(PBEParameter.getInstance(algorithm.getParameters()).getIterationCount());
      return;
    }
    var derivation = PBES2Parameters.getInstance(algorithm.getParameters()).getKeyDerivationFunc();
    if (derivation.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2)) {
      var parameters = PBKDF2Params.getInstance(derivation.getParameters());
      limit(parameters.getIterationCount());
      limit(parameters.getKeyLength(), LONGEST_KEY);
    } else if (derivation.getAlgorithm().equals(MiscObjectIdentifiers.id_scrypt)) {
      var parameters = ScryptParams.getInstance(derivation.getParameters());
      limit(
          parameters
              .getCostParameter()
              .multiply(parameters.getBlockSize())
              .multiply(parameters.getParallelizationParameter()),
          MOST_SCRYPT_BLOCKS);
      limit(parameters.getKeyLength(), LONGEST_KEY);
    } else {
      throw unknownCipher();
    }
  }

  private static void limit(BigInteger iterations) {
    limit(iterations, MOST_ITERATIONS);
  }

  /** A key length left out is null there and fine. */
  private static void limit(@Nullable BigInteger asked, BigInteger most) {
    if (asked != null && (asked.signum() <= 0 || asked.compareTo(most) > 0)) {
      throw new CertificateFault(
          new Reason.Unreadable(Input.KEY, "its encryption asks for more work than is sensible"));
    }
  }
}
