# Bokmål. En melding sier hva som skjedde, hvorfor, og hva man kan gjøre.
# D‑nummer har bindestrek som ikke deles (U+2011).

language-name = Bokmål
the-application = nettstedet
the-eid = innloggingstjenesten

# Rammen rundt hver side
skip-link = Hopp til hovedinnholdet
languages-label = Språk
privacy-link = Personvern
accessibility-link = Tilgjengelighet
test-banner-label = Testmiljø.
test-banner = Alle personer her er oppdiktet.
title-error = Feil:
trace-label = Sporings-ID
trace-hint = Oppgi denne hvis du tar kontakt med kundestøtte.
try-again = Prøv igjen
choose-another = Velg en annen innlogging
back-to = Tilbake til { $application }

# Velg eID
selector-title = Logg inn hos { $application }
selector-heading = Hvordan vil du logge inn?
selector-lead = Du er på vei inn hos { $application }.
selector-last-used = Brukt sist
selector-back = Avbryt og gå tilbake til { $application }
hint-bankid = Med kodebrikke, app eller biometri
hint-bankid-high = Med kodebrikke eller app og passord
hint-bankid-biometrics = Med fingeravtrykk eller ansikt i BankID-appen
hint-vipps = Med Vipps på telefonen

# Samtykke
consent-title = Del opplysninger med { $application }
consent-heading = Vil du dele dette med { $application }?
consent-lead = { $application } ber om disse opplysningene om deg:
consent-after = Sier du nei, blir ingenting delt, og du kommer tilbake til { $application }.
consent-allow = Ja, del
consent-deny = Nei, ikke del
shared-national-number = Fødselsnummer eller D‑nummer
shared-name = Navn
shared-birth-date = Fødselsdato
shared-email = E-postadresse
shared-phone = Telefonnummer
shared-address = Adresse
shared-eid-subject = Fast kundenummer hos innloggingstjenesten

# Videre
continue-title = Sender deg videre
continue-heading = Vi sender deg videre
continue-lead = Skjer det ingenting, velger du knappen under.
continue-link = Fortsett
form-post-lead = Svaret sendes til nettstedet du kom fra. Skjer det ingenting, velger du knappen under.

# Logg ut
logout-title = Logg ut
logout-heading = Vil du logge ut?
logout-lead = { $application } har bedt om at du blir logget ut her også.
logout-yes = Ja, logg ut
logout-no = Nei, forbli innlogget
logged-out-title = Logget ut
logged-out-heading = Du er logget ut
logged-out-lead = Bruker du en maskin som andre har tilgang til, bør du også lukke nettleseren.

# Når noe går galt
trouble-eid-down-title = Vi får ikke kontakt med { $eid }
trouble-eid-down-cause = Tjenesten svarer ikke akkurat nå. Feilen ligger ikke hos deg.
trouble-eid-down-remedy = Vent noen minutter og prøv igjen.
trouble-eid-slow-title = Det tok for lang tid
trouble-eid-slow-cause = Vi ventet på svar fra { $eid }, men det kom ikke i tide.
trouble-eid-slow-remedy = Prøv igjen. Går det ikke nå heller, kan du vente noen minutter.
trouble-eid-invalid-answer-title = Vi fikk et svar vi ikke kan stole på
trouble-eid-invalid-answer-cause = Svaret fra { $eid } lot seg ikke bekrefte. For din sikkerhet stoppet vi innloggingen.
trouble-eid-invalid-answer-remedy = Prøv igjen. Skjer det flere ganger, kan du ta kontakt og oppgi sporings-ID-en under.
trouble-level-too-low-title = Innloggingen var ikke sikker nok
trouble-level-too-low-cause = For å komme inn hos { $application } må du bekrefte hvem du er på en sikrere måte enn den du brukte.
trouble-level-too-low-remedy = Prøv igjen og bruk for eksempel BankID med kodebrikke eller app og passord.
trouble-source-misconfigured-title = Denne innloggingen er ikke klar til bruk
trouble-source-misconfigured-cause = Oppsettet mot { $eid } er feil. Vi har fått beskjed, og feilen ligger ikke hos deg.
trouble-source-misconfigured-remedy = Prøv igjen senere, eller kontakt { $application } og oppgi sporings-ID-en under.
trouble-login-over-title = Denne innloggingen er avsluttet
trouble-login-over-cause = En innlogging kan bare brukes én gang og i kort tid. Kanskje gikk du tilbake i nettleseren, eller lot siden stå åpen for lenge.
trouble-login-over-remedy = Start på nytt. Det tar bare et øyeblikk.
trouble-login-lost-title = Vi finner ikke innloggingen din
trouble-login-lost-cause = Den kan ha startet i en annen nettleser, ha blitt for gammel, eller ha blitt stoppet fordi informasjonskapsler er slått av.
trouble-login-lost-remedy = Gå tilbake til { $application } og logg inn derfra.
trouble-bad-client-title = Vi kjenner ikke tjenesten du kommer fra
trouble-bad-client-cause = Lenken hit viser til en tjeneste som ikke er registrert hos oss. Derfor sender vi deg ikke videre.
trouble-bad-client-remedy = Gå tilbake dit du kom fra og prøv derfra. Gjelder det fortsatt, må tjenesten rette feilen.
trouble-bad-client-developer = Kontroller client_id, og at applikasjonen er registrert på dette domenet. Test og produksjon har hvert sitt domene.
trouble-bad-redirect-uri-title = Vi kan ikke sende deg tilbake
trouble-bad-redirect-uri-cause = Returadressen i lenken er ikke registrert for { $application }. Derfor sender vi deg ikke videre.
trouble-bad-redirect-uri-remedy = Gå tilbake dit du kom fra og prøv derfra. Gjelder det fortsatt, må tjenesten rette feilen.
trouble-bad-redirect-uri-developer = Registrer returadressen nøyaktig slik den sendes i redirect_uri, tegn for tegn, med skjema, port, sti og eventuell avsluttende skråstrek.
trouble-bad-request-title = Vi forstår ikke forespørselen
trouble-bad-request-cause = Lenken hit er ufullstendig eller skadet. Derfor kunne innloggingen ikke starte.
trouble-bad-request-remedy = Gå tilbake dit du kom fra og prøv derfra. Gjelder det fortsatt, må tjenesten rette feilen.
trouble-bad-request-developer = Rett parameteren som er nevnt under. Hver parameter kan bare stå én gang, og verdien må være riktig kodet.
trouble-not-found-title = Denne siden finnes ikke
trouble-not-found-cause = Adressen kan være skrevet feil, eller siden kan være flyttet.
trouble-not-found-remedy = Kontroller adressen, eller gå tilbake dit du kom fra.
trouble-too-large-title = Forespørselen er for stor
trouble-too-large-cause = Det kom mer enn vi tar imot på én gang. Derfor kunne innloggingen ikke starte.
trouble-too-large-remedy = Gå tilbake dit du kom fra og prøv derfra. Gjelder det fortsatt, må tjenesten rette feilen.
trouble-too-large-developer = Send færre eller kortere parametere. Store forespørsler kan sendes på forhånd til adressen for pushed authorization requests, der den finnes.
trouble-internal-title = Noe gikk galt hos oss
trouble-internal-cause = Feilen er vår, og den er registrert. Ingenting om deg er delt.
trouble-internal-remedy = Prøv igjen om litt. Skjer det flere ganger, kan du ta kontakt og oppgi sporings-ID-en under.
trouble-logout-bad-request-title = Vi kunne ikke logge deg ut
trouble-logout-bad-request-cause = Forespørselen om å logge ut er ufullstendig eller skadet.
trouble-logout-bad-request-remedy = Lukk nettleseren for å være sikker på at du er logget ut.
trouble-logout-bad-request-developer = Kontroller id_token_hint og client_id. Hintet må være et ID-token som dette domenet har utstedt til applikasjonen.
trouble-logout-bad-return-title = Vi kan ikke sende deg tilbake
trouble-logout-bad-return-cause = Adressen du skulle til etter utlogging, er ikke registrert for { $application }.
trouble-logout-bad-return-remedy = Skriv inn adressen til nettstedet selv, eller lukk siden.
trouble-logout-bad-return-developer = Registrer adressen nøyaktig slik den sendes i post_logout_redirect_uri, og send id_token_hint eller client_id sammen med den.
refusal-developer = For deg som utvikler tjenesten

# Personvern
privacy-heading = Personvern
privacy-lead = Slik behandler { $host } opplysninger om deg når du logger inn.
privacy-operator = { $operator } har ansvaret for denne innloggingen.
privacy-what-heading = Hva vi behandler
privacy-what = Navn, fødselsdato og andre opplysninger som innloggingstjenesten gir oss, og bare de som nettstedet du logger inn på, har bedt om. Fødselsnummer behandles bare der det er rettslig grunnlag for det.
privacy-why-heading = Hvorfor
privacy-why = For å bekrefte hvem du er overfor nettstedet du selv har valgt å logge inn på. Opplysningene brukes ikke til noe annet.
privacy-kept-heading = Hvor lenge
privacy-kept = Opplysningene er kryptert og slettes når innloggingen er over, normalt i løpet av minutter. En logg uten fødselsnummer og kontaktopplysninger beholdes en begrenset tid for å oppdage feil og misbruk.
privacy-shared-heading = Hvem som får dem
privacy-shared = Bare nettstedet du logger inn på. Informasjonskapslene våre er nødvendige for innloggingen. Vi bruker ingen til sporing eller reklame.
privacy-rights-heading = Dine rettigheter
privacy-rights = Du kan be om innsyn, retting og sletting, og du kan klage til Datatilsynet.
privacy-contact = Spørsmål om personvern? Skriv til

# Tilgjengelighet
accessibility-heading = Tilgjengelighet
accessibility-lead = Alle skal kunne logge inn. Slik arbeider vi for det på { $host }.
accessibility-operator = { $operator } har ansvaret for denne innloggingen.
accessibility-works-heading = Hva du kan regne med
accessibility-works = Sidene er laget for å oppfylle WCAG 2.1 på nivå AA. De kan brukes med tastatur og skjermleser, uten JavaScript, på små skjermer, med stor tekst, i mørk modus og med høy kontrast.
accessibility-known-heading = Kjente mangler
accessibility-known = Vi kjenner ingen på våre egne sider. Sidene til BankID, Vipps og andre innloggingstjenester lages av dem.
accessibility-tested-heading = Slik er det kontrollert
accessibility-tested = Hver side kontrolleres automatisk, i lys og mørk modus og i flere bredder, hver gang noe endres.
accessibility-report-heading = Si fra om hindringer
accessibility-report = Møter du noe som ikke virker for deg, vil vi gjerne høre om det. Du kan også klage til Tilsynet for universell utforming av ikt.
accessibility-contact = Skriv til

# Domenets forside
landing-title = Innlogging med e-ID
landing-heading = Innlogging med nordisk e-ID
landing-lead = Portvakt lar nettsteder og apper logge inn folk med BankID, Vipps og andre e-ID-er gjennom én åpen standard, OpenID Connect.
landing-sample = Prøv en innlogging
landing-sample-text = Eksempelapplikasjonen viser hele veien, med oppdiktede personer.
landing-discovery = Se discovery-dokumentet
landing-discovery-text = Alt et OpenID Connect-bibliotek trenger for å koble seg til.
landing-issuer = Utsteder
landing-issuer-text = Dette er adressen du oppgir som «issuer» i applikasjonen din.

# Eksempelapplikasjonen
sample-title = Eksempelapplikasjon
sample-heading = Logg inn med e-ID
sample-lead = Denne lille applikasjonen logger inn gjennom Portvakt og viser deg alt som skjer: hva den spør om, og hva den får til svar. Alle personer er oppdiktet.
sample-choose = Velg hvordan
sample-login-bankid-high = BankID
sample-login-bankid-high-text = Med kodebrikke eller app og passord, nivå høyt.
sample-login-bankid-biometrics = BankID med biometri
sample-login-bankid-biometrics-text = Med fingeravtrykk eller ansikt, nivå betydelig.
sample-login-vipps = Vipps
sample-login-vipps-text = Navn og kontaktopplysninger, uten sikkerhetsnivå.
sample-login-any = La personen velge
sample-login-any-text = Portvakt viser alle e-ID-er applikasjonen kan bruke.
sample-login-nin = BankID med fødselsnummer
sample-login-nin-text = Ber om fødselsnummer eller D‑nummer i tillegg.
sample-browser-heading = Uten egen server
sample-browser-text = Den samme innloggingen kan gjøres av nettleseren alene, med PKCE i stedet for en hemmelighet.
sample-browser-link = Åpne eksempelet som kjører i nettleseren
sample-issuer = Utsteder
sample-issuer-text = Applikasjonen kjenner bare denne adressen, sin egen ID og hemmelighet.
sample-result-title = Innlogget
sample-result-heading = Hei, { $who }!
sample-result-lead = Du er logget inn. Under ser du nøyaktig hva applikasjonen fikk vite.
sample-logout = Logg ut
sample-again = Prøv en annen innlogging
sample-claims = Dette står i ID-tokenet
sample-claim = Navn
sample-value = Verdi
sample-raw = Som det kom
sample-header = Hodet i ID-tokenet
sample-json = Innholdet i ID-tokenet som JSON
sample-compact = ID-tokenet slik det ble sendt
sample-userinfo = Svaret fra userinfo
sample-exchange = Alt som gikk over nettet
sample-exchange-text = Hver forespørsel og hvert svar, i rekkefølge. Hemmeligheter er skjult.
sample-request = Forespørsel
sample-response = Svar
step-discovery = Hente discovery-dokumentet
step-pushed-request = Sende forespørselen på forhånd
step-authorize = Sende nettleseren til innlogging
step-callback = Ta imot nettleseren med en kode
step-token = Bytte koden i tokener
step-keys = Hente nøklene som signaturen kontrolleres med
step-userinfo = Spørre userinfo
sample-error-title = Innloggingen ble ikke fullført
sample-error-heading = Innloggingen ble ikke fullført
sample-error-lead = Applikasjonen fikk en feil til svar i stedet for en kode. Du kan trygt prøve igjen.
sample-error-code = Feilkode
sample-error-description = Beskrivelse

# Eksempelet i nettleseren
browser-title = Innlogging i nettleseren
browser-heading = Innlogging i nettleseren
browser-lead = Denne siden er hele applikasjonen. Den har ingen server og ingen hemmelighet, og den glemmer alt når du lukker fanen.
browser-noscript = Denne siden trenger JavaScript, fordi hele applikasjonen kjører i nettleseren. Slå det på, eller bruk den vanlige eksempelapplikasjonen.
browser-choose = Velg hvordan
browser-any = Logg inn
browser-acr = Logg inn med { $acr }
browser-result = Innlogget som
browser-back = Til den vanlige eksempelapplikasjonen

# Simulatorene
simulator-banner-label = Simulator.
simulator-banner = Dette er ikke den ekte tjenesten. Alle personer er oppdiktet.
simulator-title = Simulert { $eid }
simulator-heading = { $asker } vil vite hvem du er
simulator-requested = Det blir spurt om:
simulator-who = Hvem vil du være?
simulator-born = Født
simulator-add = Legg til en person
simulator-faults = Feil du kan framkalle
simulator-fault = Hva skal gå galt?
simulator-fault-text = Feilen skjer når du godkjenner.
simulator-fault-none = Ingenting
simulator-what = Hva skal skje?
outcome-approve = Godkjenn
outcome-approve-device = Godkjenn med kodebrikke
outcome-approve-app = Godkjenn med app og passord
outcome-approve-biometrics = Godkjenn med biometri
outcome-cancel = Avbryt
outcome-refuse-nin = Nekt å dele fødselsnummer
outcome-time-out = La tiden gå ut
fault-wrong-nonce = Feil nonce
fault-wrong-audience = Feil mottaker (aud)
fault-wrong-issuer = Feil utsteder (iss)
fault-expired-token = Utløpt token
fault-bad-signature = Ugyldig signatur
fault-slow-body = Svaret kommer svært sakte
fault-endless-body = Svaret tar aldri slutt
fault-http-500 = HTTP 500
fault-missing-acr = Uten acr
fault-lower-level = Lavere nivå enn bedt om

# Ny oppdiktet person
person-title = Ny person
person-heading = Legg til en person
person-lead = Personen får et syntetisk fødselsnummer, som ingen levende har.
person-given-name = Fornavn
person-family-name = Etternavn
person-birth-date = Fødselsdato
person-birth-date-hint = For eksempel 17.05.1994
person-sex = Kjønn
person-sex-hint = Avgjør ett av sifrene i fødselsnummeret.
person-female = Kvinne
person-male = Mann
person-add = Legg til
person-cancel = Avbryt
person-errors = Rett dette før du går videre
person-error-given-name-missing = Skriv fornavnet
person-error-given-name-invalid = Bruk bare bokstaver, mellomrom, bindestrek og apostrof i fornavnet, og høyst 80 tegn
person-error-family-name-missing = Skriv etternavnet
person-error-family-name-invalid = Bruk bare bokstaver, mellomrom, bindestrek og apostrof i etternavnet, og høyst 80 tegn
person-error-birth-date-missing = Skriv fødselsdatoen
person-error-birth-date-invalid = Skriv fødselsdatoen som dag, måned og år, for eksempel 17.05.1994
person-error-birth-date-out-of-range = Velg en fødselsdato mellom 1900 og i dag
person-error-sex-missing = Velg kjønn
person-added-title = Personen er lagt til
person-added-heading = { $who } er lagt til
person-added-lead = Nå kan du velge personen i simulatoren.
person-number = Syntetisk fødselsnummer
person-continue = Tilbake til innloggingen
