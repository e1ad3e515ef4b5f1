# Nynorsk. Ei melding seier kva som hende, kvifor, og kva ein kan gjere.
# D‑nummer har bindestrek som ikkje blir delt (U+2011).

language-name = Nynorsk
the-application = nettstaden
the-eid = innloggingstenesta

# Ramma rundt kvar side
skip-link = Hopp til hovudinnhaldet
languages-label = Språk
privacy-link = Personvern
accessibility-link = Tilgjenge
test-banner-label = Testmiljø.
test-banner = Alle personar her er oppdikta.
title-error = Feil:
trace-label = Sporings-ID
trace-hint = Oppgi denne om du tek kontakt med kundestøtte.
try-again = Prøv igjen
choose-another = Vel ei anna innlogging
back-to = Tilbake til { $application }

# Vel eID
selector-title = Logg inn hos { $application }
selector-heading = Korleis vil du logge inn?
selector-lead = Du er på veg inn hos { $application }.
selector-last-used = Brukt sist
selector-back = Avbryt og gå tilbake til { $application }
hint-bankid = Med kodebrikke, app eller biometri
hint-bankid-high = Med kodebrikke eller app og passord
hint-bankid-biometrics = Med fingeravtrykk eller ansikt i BankID-appen
hint-vipps = Med Vipps på telefonen

# Samtykke
consent-title = Del opplysningar med { $application }
consent-heading = Vil du dele dette med { $application }?
consent-lead = { $application } ber om desse opplysningane om deg:
consent-after = Seier du nei, blir ingenting delt, og du kjem tilbake til { $application }.
consent-allow = Ja, del
consent-deny = Nei, ikkje del
shared-national-number = Fødselsnummer eller D‑nummer
shared-name = Namn
shared-birth-date = Fødselsdato
shared-email = E-postadresse
shared-phone = Telefonnummer
shared-address = Adresse
shared-eid-subject = Fast kundenummer hos innloggingstenesta

# Vidare
continue-title = Sender deg vidare
continue-heading = Vi sender deg vidare
continue-lead = Hender det ingenting, vel du knappen under.
continue-link = Hald fram
form-post-lead = Svaret blir sendt til nettstaden du kom frå. Hender det ingenting, vel du knappen under.

# Logg ut
logout-title = Logg ut
logout-heading = Vil du logge ut?
logout-lead = { $application } har bede om at du blir logga ut her òg.
logout-yes = Ja, logg ut
logout-no = Nei, bli verande innlogga
logged-out-title = Logga ut
logged-out-heading = Du er logga ut
logged-out-lead = Bruker du ei maskin som andre har tilgang til, bør du òg lukke nettlesaren.

# Når noko går gale
trouble-eid-down-title = Vi får ikkje kontakt med { $eid }
trouble-eid-down-cause = Tenesta svarer ikkje akkurat no. Feilen ligg ikkje hos deg.
trouble-eid-down-remedy = Vent nokre minutt og prøv igjen.
trouble-eid-slow-title = Det tok for lang tid
trouble-eid-slow-cause = Vi venta på svar frå { $eid }, men det kom ikkje i tide.
trouble-eid-slow-remedy = Prøv igjen. Går det ikkje no heller, kan du vente nokre minutt.
trouble-eid-invalid-answer-title = Vi fekk eit svar vi ikkje kan lite på
trouble-eid-invalid-answer-cause = Svaret frå { $eid } lét seg ikkje stadfeste. For å verne deg stoppa vi innlogginga.
trouble-eid-invalid-answer-remedy = Prøv igjen. Hender det fleire gonger, kan du ta kontakt og oppgi sporings-ID-en under.
trouble-level-too-low-title = Innlogginga var ikkje sikker nok
trouble-level-too-low-cause = For å kome inn hos { $application } må du stadfeste kven du er på ein sikrare måte enn den du brukte.
trouble-level-too-low-remedy = Prøv igjen og bruk til dømes BankID med kodebrikke eller app og passord.
trouble-source-misconfigured-title = Denne innlogginga er ikkje klar til bruk
trouble-source-misconfigured-cause = Oppsettet mot { $eid } er feil. Vi har fått beskjed, og feilen ligg ikkje hos deg.
trouble-source-misconfigured-remedy = Prøv igjen seinare, eller kontakt { $application } og oppgi sporings-ID-en under.
trouble-login-over-title = Denne innlogginga er avslutta
trouble-login-over-cause = Ei innlogging kan berre brukast éin gong og i kort tid. Kanskje gjekk du tilbake i nettlesaren, eller lét sida stå open for lenge.
trouble-login-over-remedy = Start på nytt. Det tek berre ein augneblink.
trouble-login-lost-title = Vi finn ikkje innlogginga di
trouble-login-lost-cause = Ho kan ha starta i ein annan nettlesar, ha vorte for gammal, eller ha vorte stoppa fordi informasjonskapslar er slått av.
trouble-login-lost-remedy = Gå tilbake til { $application } og logg inn derifrå.
trouble-bad-client-title = Vi kjenner ikkje tenesta du kjem frå
trouble-bad-client-cause = Lenkja hit viser til ei teneste som ikkje er registrert hos oss. Difor sender vi deg ikkje vidare.
trouble-bad-client-remedy = Gå tilbake dit du kom frå og prøv derifrå. Gjeld det framleis, må tenesta rette feilen.
trouble-bad-client-developer = Kontroller client_id, og at applikasjonen er registrert på dette domenet. Test og produksjon har kvart sitt domene.
trouble-bad-redirect-uri-title = Vi kan ikkje sende deg tilbake
trouble-bad-redirect-uri-cause = Returadressa i lenkja er ikkje registrert for { $application }. Difor sender vi deg ikkje vidare.
trouble-bad-redirect-uri-remedy = Gå tilbake dit du kom frå og prøv derifrå. Gjeld det framleis, må tenesta rette feilen.
trouble-bad-redirect-uri-developer = Registrer returadressa nøyaktig slik ho blir send i redirect_uri, teikn for teikn, med skjema, port, stig og eventuell avsluttande skråstrek.
trouble-bad-request-title = Vi forstår ikkje førespurnaden
trouble-bad-request-cause = Lenkja hit er ufullstendig eller skadd. Difor kunne innlogginga ikkje starte.
trouble-bad-request-remedy = Gå tilbake dit du kom frå og prøv derifrå. Gjeld det framleis, må tenesta rette feilen.
trouble-bad-request-developer = Rett parameteren som er nemnd under. Kvar parameter kan berre stå éin gong, og verdien må vere rett koda.
trouble-not-found-title = Denne sida finst ikkje
trouble-not-found-cause = Adressa kan vere skriven feil, eller sida kan vere flytt.
trouble-not-found-remedy = Kontroller adressa, eller gå tilbake dit du kom frå.
trouble-too-large-title = Førespurnaden er for stor
trouble-too-large-cause = Det kom meir enn vi tek imot på éin gong. Difor kunne innlogginga ikkje starte.
trouble-too-large-remedy = Gå tilbake dit du kom frå og prøv derifrå. Gjeld det framleis, må tenesta rette feilen.
trouble-too-large-developer = Send færre eller kortare parametrar. Store førespurnader kan sendast på førehand til adressa for pushed authorization requests, der ho finst.
trouble-internal-title = Noko gjekk gale hos oss
trouble-internal-cause = Feilen er vår, og han er registrert. Ingenting om deg er delt.
trouble-internal-remedy = Prøv igjen om litt. Hender det fleire gonger, kan du ta kontakt og oppgi sporings-ID-en under.
trouble-logout-bad-request-title = Vi kunne ikkje logge deg ut
trouble-logout-bad-request-cause = Førespurnaden om å logge ut er ufullstendig eller skadd.
trouble-logout-bad-request-remedy = Lukk nettlesaren for å vere sikker på at du er logga ut.
trouble-logout-bad-request-developer = Kontroller id_token_hint og client_id. Hintet må vere eit ID-token som dette domenet har utferda til applikasjonen.
trouble-logout-bad-return-title = Vi kan ikkje sende deg tilbake
trouble-logout-bad-return-cause = Adressa du skulle til etter utlogging, er ikkje registrert for { $application }.
trouble-logout-bad-return-remedy = Skriv inn adressa til nettstaden sjølv, eller lukk sida.
trouble-logout-bad-return-developer = Registrer adressa nøyaktig slik ho blir send i post_logout_redirect_uri, og send id_token_hint eller client_id saman med ho.
refusal-developer = For deg som utviklar tenesta

# Personvern
privacy-heading = Personvern
privacy-lead = Slik behandlar { $host } opplysningar om deg når du loggar inn.
privacy-operator = { $operator } har ansvaret for denne innlogginga.
privacy-what-heading = Kva vi behandlar
privacy-what = Namn, fødselsdato og andre opplysningar som innloggingstenesta gir oss, og berre dei som nettstaden du loggar inn på, har bede om. Fødselsnummer blir berre behandla der det er rettsleg grunnlag for det.
privacy-why-heading = Kvifor
privacy-why = For å stadfeste kven du er overfor nettstaden du sjølv har valt å logge inn på. Opplysningane blir ikkje brukte til noko anna.
privacy-kept-heading = Kor lenge
privacy-kept = Opplysningane er krypterte og blir sletta når innlogginga er over, til vanleg i løpet av minutt. Ein logg utan fødselsnummer og kontaktopplysningar blir teken vare på ei avgrensa tid for å oppdage feil og misbruk.
privacy-shared-heading = Kven som får dei
privacy-shared = Berre nettstaden du loggar inn på. Informasjonskapslane våre er naudsynte for innlogginga. Vi bruker ingen til sporing eller reklame.
privacy-rights-heading = Rettane dine
privacy-rights = Du kan be om innsyn, retting og sletting, og du kan klage til Datatilsynet.
privacy-contact = Spørsmål om personvern? Skriv til

# Tilgjenge
accessibility-heading = Tilgjenge
accessibility-lead = Alle skal kunne logge inn. Slik arbeider vi for det på { $host }.
accessibility-operator = { $operator } har ansvaret for denne innlogginga.
accessibility-works-heading = Kva du kan rekne med
accessibility-works = Sidene er laga for å oppfylle WCAG 2.1 på nivå AA. Dei kan brukast med tastatur og skjermlesar, utan JavaScript, på små skjermar, med stor tekst, i mørk modus og med høg kontrast.
accessibility-known-heading = Kjende manglar
accessibility-known = Vi kjenner ingen på våre eigne sider. Sidene til BankID, Vipps og andre innloggingstenester blir laga av dei.
accessibility-tested-heading = Slik er det kontrollert
accessibility-tested = Kvar side blir kontrollert automatisk, i lys og mørk modus og i fleire breidder, kvar gong noko blir endra.
accessibility-report-heading = Sei frå om hindringar
accessibility-report = Møter du noko som ikkje verkar for deg, vil vi gjerne høyre om det. Du kan òg klage til Tilsynet for universell utforming av ikt.
accessibility-contact = Skriv til

# Framsida til domenet
landing-title = Innlogging med e-ID
landing-heading = Innlogging med nordisk e-ID
landing-lead = Portvakt lèt nettstader og appar logge inn folk med BankID, Vipps og andre e-ID-ar gjennom éin open standard, OpenID Connect.
landing-sample = Prøv ei innlogging
landing-sample-text = Dømeapplikasjonen viser heile vegen, med oppdikta personar.
landing-discovery = Sjå discovery-dokumentet
landing-discovery-text = Alt eit OpenID Connect-bibliotek treng for å kople seg til.
landing-issuer = Utferdar
landing-issuer-text = Dette er adressa du oppgir som «issuer» i applikasjonen din.

# Dømeapplikasjonen
sample-title = Dømeapplikasjon
sample-heading = Logg inn med e-ID
sample-lead = Denne vesle applikasjonen loggar inn gjennom Portvakt og viser deg alt som hender: kva han spør om, og kva han får til svar. Alle personar er oppdikta.
sample-choose = Vel korleis
sample-login-bankid-high = BankID
sample-login-bankid-high-text = Med kodebrikke eller app og passord, nivå høgt.
sample-login-bankid-biometrics = BankID med biometri
sample-login-bankid-biometrics-text = Med fingeravtrykk eller ansikt, nivå betydeleg.
sample-login-vipps = Vipps
sample-login-vipps-text = Namn og kontaktopplysningar, utan tryggingsnivå.
sample-login-any = Lat personen velje
sample-login-any-text = Portvakt viser alle e-ID-ar applikasjonen kan bruke.
sample-login-nin = BankID med fødselsnummer
sample-login-nin-text = Ber om fødselsnummer eller D‑nummer i tillegg.
sample-browser-heading = Utan eigen tenar
sample-browser-text = Den same innlogginga kan gjerast av nettlesaren åleine, med PKCE i staden for ein løyndom.
sample-browser-link = Opne dømet som køyrer i nettlesaren
sample-issuer = Utferdar
sample-issuer-text = Applikasjonen kjenner berre denne adressa, sin eigen ID og løyndom.
sample-result-title = Innlogga
sample-result-heading = Hei, { $who }!
sample-result-lead = Du er logga inn. Under ser du nøyaktig kva applikasjonen fekk vite.
sample-logout = Logg ut
sample-again = Prøv ei anna innlogging
sample-claims = Dette står i ID-tokenet
sample-claim = Namn
sample-value = Verdi
sample-raw = Som det kom
sample-header = Hovudet i ID-tokenet
sample-json = Innhaldet i ID-tokenet som JSON
sample-compact = ID-tokenet slik det vart sendt
sample-userinfo = Svaret frå userinfo
sample-exchange = Alt som gjekk over nettet
sample-exchange-text = Kvar førespurnad og kvart svar, i rekkjefølgje. Løyndommar er gøymde.
sample-request = Førespurnad
sample-response = Svar
step-discovery = Hente discovery-dokumentet
step-pushed-request = Sende førespurnaden på førehand
step-authorize = Sende nettlesaren til innlogging
step-callback = Ta imot nettlesaren med ein kode
step-token = Byte koden i token
step-keys = Hente nøklane som signaturen blir kontrollert med
step-userinfo = Spørje userinfo
sample-error-title = Innlogginga vart ikkje fullført
sample-error-heading = Innlogginga vart ikkje fullført
sample-error-lead = Applikasjonen fekk ein feil til svar i staden for ein kode. Du kan trygt prøve igjen.
sample-error-code = Feilkode
sample-error-description = Skildring

# Dømet i nettlesaren
browser-title = Innlogging i nettlesaren
browser-heading = Innlogging i nettlesaren
browser-lead = Denne sida er heile applikasjonen. Ho har ingen tenar og ingen løyndom, og ho gløymer alt når du lukkar fana.
browser-noscript = Denne sida treng JavaScript, fordi heile applikasjonen køyrer i nettlesaren. Slå det på, eller bruk den vanlege dømeapplikasjonen.
browser-choose = Vel korleis
browser-any = Logg inn
browser-acr = Logg inn med { $acr }
browser-result = Innlogga som
browser-back = Til den vanlege dømeapplikasjonen

# Simulatorane
simulator-banner-label = Simulator.
simulator-banner = Dette er ikkje den ekte tenesta. Alle personar er oppdikta.
simulator-title = Simulert { $eid }
simulator-heading = { $asker } vil vite kven du er
simulator-requested = Det blir spurt om:
simulator-who = Kven vil du vere?
simulator-born = Fødd
simulator-add = Legg til ein person
simulator-faults = Feil du kan framkalle
simulator-fault = Kva skal gå gale?
simulator-fault-text = Feilen hender når du godkjenner.
simulator-fault-none = Ingenting
simulator-what = Kva skal hende?
outcome-approve = Godkjenn
outcome-approve-device = Godkjenn med kodebrikke
outcome-approve-app = Godkjenn med app og passord
outcome-approve-biometrics = Godkjenn med biometri
outcome-cancel = Avbryt
outcome-refuse-nin = Nekt å dele fødselsnummer
outcome-time-out = Lat tida gå ut
fault-wrong-nonce = Feil nonce
fault-wrong-audience = Feil mottakar (aud)
fault-wrong-issuer = Feil utferdar (iss)
fault-expired-token = Utgått token
fault-bad-signature = Ugyldig signatur
fault-slow-body = Svaret kjem svært sakte
fault-endless-body = Svaret tek aldri slutt
fault-http-500 = HTTP 500
fault-missing-acr = Utan acr
fault-lower-level = Lågare nivå enn bede om

# Ny oppdikta person
person-title = Ny person
person-heading = Legg til ein person
person-lead = Personen får eit syntetisk fødselsnummer, som ingen levande har.
person-given-name = Førenamn
person-family-name = Etternamn
person-birth-date = Fødselsdato
person-birth-date-hint = Til dømes 17.05.1994
person-sex = Kjønn
person-sex-hint = Avgjer eitt av siffera i fødselsnummeret.
person-female = Kvinne
person-male = Mann
person-add = Legg til
person-cancel = Avbryt
person-errors = Rett dette før du går vidare
person-error-given-name-missing = Skriv førenamnet
person-error-given-name-invalid = Bruk berre bokstavar, mellomrom, bindestrek og apostrof i førenamnet, og høgst 80 teikn
person-error-family-name-missing = Skriv etternamnet
person-error-family-name-invalid = Bruk berre bokstavar, mellomrom, bindestrek og apostrof i etternamnet, og høgst 80 teikn
person-error-birth-date-missing = Skriv fødselsdatoen
person-error-birth-date-invalid = Skriv fødselsdatoen som dag, månad og år, til dømes 17.05.1994
person-error-birth-date-out-of-range = Vel ein fødselsdato mellom 1900 og i dag
person-error-sex-missing = Vel kjønn
person-added-title = Personen er lagd til
person-added-heading = { $who } er lagd til
person-added-lead = No kan du velje personen i simulatoren.
person-number = Syntetisk fødselsnummer
person-continue = Tilbake til innlogginga
