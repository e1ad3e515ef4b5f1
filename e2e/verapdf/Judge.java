import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;

/** Has veraPDF judge files: FLAVOUR FILE... A line for each says true or false; what is broken follows it, indented. */
public final class Judge {
    public static void main(String[] words) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        var flavour = PDFAFlavour.byFlavourId(words[0]);
        for (int at = 1; at < words.length; at++) {
            try (var file = new FileInputStream(words[at]);
                    var parser = Foundries.defaultInstance().createParser(file, flavour);
                    var validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                var result = validator.validate(parser);
                System.out.println(result.isCompliant());
                for (var broken : result.getTestAssertions()) {
                    System.out.println("  " + broken.getRuleId().getClause() + ": " + broken.getMessage());
                }
            }
        }
    }
}
