# English. A message says what happened, why, and what to do.

language-name = English
the-application = the site
the-eid = the login service

# Around every page
skip-link = Skip to main content
languages-label = Language
privacy-link = Privacy
accessibility-link = Accessibility
test-banner-label = Test environment.
test-banner = Everybody here is made up.
title-error = Error:
trace-label = Trace ID
trace-hint = Quote this if you contact support.
try-again = Try again
choose-another = Choose another way to log in
back-to = Back to { $application }

# Choose an eID
selector-title = Log in to { $application }
selector-heading = How do you want to log in?
selector-lead = You are logging in to { $application }.
selector-last-used = Last used
selector-back = Cancel and go back to { $application }
hint-bankid = With a code device, an app or biometrics
hint-bankid-high = With a code device or an app, and a password
hint-bankid-biometrics = With fingerprint or face in the BankID app
hint-vipps = With Vipps on your phone

# Consent
consent-title = Share information with { $application }
consent-heading = Do you want to share this with { $application }?
consent-lead = { $application } asks for this information about you:
consent-after = If you say no, nothing is shared and you go back to { $application }.
consent-allow = Yes, share
consent-deny = No, don’t share
shared-national-number = Norwegian national identity number or D number
shared-name = Name
shared-birth-date = Date of birth
shared-email = E-mail address
shared-phone = Phone number
shared-address = Address
shared-eid-subject = Your permanent customer number at the login service

# Onwards
continue-title = Sending you on
continue-heading = We are sending you on
continue-lead = If nothing happens, use the button below.
continue-link = Continue
form-post-lead = The answer is being sent to the site you came from. If nothing happens, use the button below.

# Log out
logout-title = Log out
logout-heading = Do you want to log out?
logout-lead = This logs you out here too, as asked for by { $application }.
logout-yes = Yes, log out
logout-no = No, stay logged in
logged-out-title = Logged out
logged-out-heading = You are logged out
logged-out-lead = If others use this device, close the browser as well.

# When something goes wrong
trouble-eid-down-title = We cannot reach { $eid }
trouble-eid-down-cause = The service is not answering right now. It is not your fault.
trouble-eid-down-remedy = Wait a few minutes and try again.
trouble-eid-slow-title = It took too long
trouble-eid-slow-cause = We waited for an answer from { $eid }, but it did not come in time.
trouble-eid-slow-remedy = Try again. If that does not help, wait a few minutes.
trouble-eid-invalid-answer-title = We got an answer we cannot trust
trouble-eid-invalid-answer-cause = The answer from { $eid } could not be verified. We stopped the login to keep you safe.
trouble-eid-invalid-answer-remedy = Try again. If it happens repeatedly, get in touch and quote the trace ID below.
trouble-level-too-low-title = The login was not secure enough
trouble-level-too-low-cause = To log in to { $application } you must confirm who you are in a more secure way than the one you used.
trouble-level-too-low-remedy = Try again with, for example, BankID with a code device or an app, and a password.
trouble-source-misconfigured-title = This way to log in is not ready
trouble-source-misconfigured-cause = The connection to { $eid } is set up wrongly. We have been told, and it is not your fault.
trouble-source-misconfigured-remedy = Try again later, or contact { $application } and quote the trace ID below.
trouble-login-over-title = This login has ended
trouble-login-over-cause = A login can be used only once and for a short time. You may have gone back in the browser, or left the page open too long.
trouble-login-over-remedy = Start again. It only takes a moment.
trouble-login-lost-title = We cannot find your login
trouble-login-lost-cause = It may have started in another browser, be too old, or have been stopped because cookies are switched off.
trouble-login-lost-remedy = Go back to { $application } and log in from there.
trouble-bad-client-title = We do not know the service you come from
trouble-bad-client-cause = The link that led here names a service that is not registered with us. That is why we are not sending you on.
trouble-bad-client-remedy = Go back to where you came from and try from there. If it still fails, the service has to fix it.
trouble-bad-client-developer = Check client_id, and that the application is registered on this domain. Test and production have a domain each.
trouble-bad-redirect-uri-title = We cannot send you back
trouble-bad-redirect-uri-cause = The return address in the link is not registered for { $application }. That is why we are not sending you on.
trouble-bad-redirect-uri-remedy = Go back to where you came from and try from there. If it still fails, the service has to fix it.
trouble-bad-redirect-uri-developer = Register the return address exactly as it is sent in redirect_uri, character by character, with scheme, port, path and any final slash.
trouble-bad-request-title = We do not understand the request
trouble-bad-request-cause = The link that led here is incomplete or damaged, so the login could not start.
trouble-bad-request-remedy = Go back to where you came from and try from there. If it still fails, the service has to fix it.
trouble-bad-request-developer = Correct the parameter named below. Each parameter may be given only once, and its value must be encoded correctly.
trouble-not-found-title = This page does not exist
trouble-not-found-cause = The address may be misspelt, or the page may have moved.
trouble-not-found-remedy = Check the address, or go back to where you came from.
trouble-too-large-title = The request is too large
trouble-too-large-cause = It is more than we accept at once, so the login could not start.
trouble-too-large-remedy = Go back to where you came from and try from there. If it still fails, the service has to fix it.
trouble-too-large-developer = Send fewer or shorter parameters. Large requests can be sent in advance to the pushed authorization request endpoint, where there is one.
trouble-internal-title = Something went wrong on our side
trouble-internal-cause = The fault is ours, and it has been recorded. Nothing about you was shared.
trouble-internal-remedy = Try again in a while. If it happens repeatedly, get in touch and quote the trace ID below.
trouble-logout-bad-request-title = We could not log you out
trouble-logout-bad-request-cause = The request to log out is incomplete or damaged.
trouble-logout-bad-request-remedy = Close the browser to be sure that you are logged out.
trouble-logout-bad-request-developer = Check id_token_hint and client_id. The hint must be an ID token that this domain issued to the application.
trouble-logout-bad-return-title = We cannot send you back
trouble-logout-bad-return-cause = The address to go to after logging out is not registered for { $application }.
trouble-logout-bad-return-remedy = Type the address of the site yourself, or close the page.
trouble-logout-bad-return-developer = Register the address exactly as it is sent in post_logout_redirect_uri, and send id_token_hint or client_id along with it.
refusal-developer = If you develop this service

# Privacy
privacy-heading = Privacy
privacy-lead = How { $host } treats information about you when you log in.
privacy-operator = { $operator } is responsible for this login.
privacy-what-heading = What we process
privacy-what = Your name, date of birth and other information that the login service gives us, and only what the site you log in to has asked for. National identity numbers are processed only where there is a legal ground.
privacy-why-heading = Why
privacy-why = To confirm who you are to the site that you chose to log in to. The information is used for nothing else.
privacy-kept-heading = For how long
privacy-kept = The information is encrypted and deleted when the login is over, normally within minutes. A log without identity numbers and contact details is kept for a limited time to find faults and abuse.
privacy-shared-heading = Who receives it
privacy-shared = Only the site you log in to. Our cookies are necessary for logging in. None are used for tracking or advertising.
privacy-rights-heading = Your rights
privacy-rights = You can ask to see, correct and delete the information, and you can complain to Datatilsynet, the Norwegian data protection authority.
privacy-contact = Questions about privacy? Write to

# Accessibility
accessibility-heading = Accessibility
accessibility-lead = Everybody must be able to log in. This is how we work for that on { $host }.
accessibility-operator = { $operator } is responsible for this login.
accessibility-works-heading = What you can count on
accessibility-works = The pages are made to meet WCAG 2.1 level AA. They can be used with keyboard and screen reader, without JavaScript, on small screens, with large text, in dark mode and with high contrast.
accessibility-known-heading = Known shortcomings
accessibility-known = We know of none on our own pages. The pages of BankID, Vipps and other login services are made by them.
accessibility-tested-heading = How it is checked
accessibility-tested = Every page is checked automatically, in light and dark mode and at several widths, whenever something changes.
accessibility-report-heading = Tell us about obstacles
accessibility-report = If something does not work for you, we would like to hear about it. You can also complain to the Norwegian Authority for Universal Design of ICT.
accessibility-contact = Write to

# Front page of a domain
landing-title = Login with eID
landing-heading = Login with Nordic eIDs
landing-lead = Portvakt lets sites and apps log people in with BankID, Vipps and other eIDs through one open standard, OpenID Connect.
landing-sample = Try a login
landing-sample-text = The sample application shows the whole way, with made-up people.
landing-discovery = See the discovery document
landing-discovery-text = Everything an OpenID Connect library needs to connect.
landing-issuer = Issuer
landing-issuer-text = This is the address to give your application as its issuer.

# The sample application
sample-title = Sample application
sample-heading = Log in with an eID
sample-lead = This small application logs in through Portvakt and shows you everything that happens: what it asks, and what it is told. Everybody in it is made up.
sample-choose = Choose how
sample-login-bankid-high = BankID
sample-login-bankid-high-text = With a code device or an app, and a password: level high.
sample-login-bankid-biometrics = BankID with biometrics
sample-login-bankid-biometrics-text = With fingerprint or face: level substantial.
sample-login-vipps = Vipps
sample-login-vipps-text = Name and contact details, with no stated level.
sample-login-any = Let the person choose
sample-login-any-text = Portvakt shows all eIDs that the application may use.
sample-login-nin = BankID with national identity number
sample-login-nin-text = Asks for the national identity number or D number too.
sample-browser-heading = Without a server of its own
sample-browser-text = The browser alone can do the same login, with PKCE in place of a secret.
sample-browser-link = Open the sample that runs in the browser
sample-issuer = Issuer
sample-issuer-text = The application knows only this address, and its own ID and secret.
sample-result-title = Logged in
sample-result-heading = Hello, { $who }!
sample-result-lead = You are logged in. Below is exactly what the application was told.
sample-logout = Log out
sample-again = Try another login
sample-claims = What the ID token says
sample-claim = Name
sample-value = Value
sample-raw = As it came
sample-header = Header of the ID token
sample-json = Content of the ID token as JSON
sample-compact = The ID token as it was sent
sample-userinfo = Answer from userinfo
sample-exchange = Everything that went over the wire
sample-exchange-text = Each request and each answer, in order. Secrets are hidden.
sample-request = Request
sample-response = Answer
step-discovery = Fetch the discovery document
step-pushed-request = Push the request
step-authorize = Send the browser to log in
step-callback = Receive the browser with a code
step-token = Exchange the code for tokens
step-keys = Fetch the keys that verify the signature
step-userinfo = Ask userinfo
sample-error-title = The login was not completed
sample-error-heading = The login was not completed
sample-error-lead = The application received an error in place of a code. It is safe to try again.
sample-error-code = Error code
sample-error-description = Description

# The sample in the browser
browser-title = Login in the browser
browser-heading = Login in the browser
browser-lead = This page is the whole application. It has no server and no secret, and forgets everything when you close the tab.
browser-noscript = This page needs JavaScript, because the whole application runs in the browser. Switch it on, or use the ordinary sample application.
browser-choose = Choose how
browser-any = Log in
browser-acr = Log in with { $acr }
browser-result = Logged in as
browser-back = To the ordinary sample application

# The simulators
simulator-banner-label = Simulator.
simulator-banner = This is not the real service. Everybody here is made up.
simulator-title = Simulated { $eid }
simulator-heading = { $asker } wants to know who you are
simulator-requested = It asks for:
simulator-who = Who do you want to be?
simulator-born = Born
simulator-add = Add a person
simulator-faults = Faults you can provoke
simulator-fault = What should go wrong?
simulator-fault-text = The fault happens when you approve.
simulator-fault-none = Nothing
simulator-what = What should happen?
outcome-approve = Approve
outcome-approve-device = Approve with code device
outcome-approve-app = Approve with app and password
outcome-approve-biometrics = Approve with biometrics
outcome-cancel = Cancel
outcome-refuse-nin = Refuse to share the identity number
outcome-time-out = Let time run out
fault-wrong-nonce = Wrong nonce
fault-wrong-audience = Wrong audience (aud)
fault-wrong-issuer = Wrong issuer (iss)
fault-expired-token = Expired token
fault-bad-signature = Bad signature
fault-slow-body = Answer that comes very slowly
fault-endless-body = Answer that never ends
fault-http-500 = HTTP 500
fault-missing-acr = Without acr
fault-lower-level = Lower level than asked for

# A new pretend person
person-title = New person
person-heading = Add a person
person-lead = The person gets a synthetic identity number, which nobody alive has.
person-given-name = Given name
person-family-name = Family name
person-birth-date = Date of birth
person-birth-date-hint = For example 17.05.1994: day, month, year
person-sex = Sex
person-sex-hint = Decides one digit of the identity number.
person-female = Female
person-male = Male
person-add = Add
person-cancel = Cancel
person-errors = Correct this before you go on
person-error-given-name-missing = Enter the given name
person-error-given-name-invalid = Use only letters, spaces, hyphens and apostrophes in the given name, and at most 80 characters
person-error-family-name-missing = Enter the family name
person-error-family-name-invalid = Use only letters, spaces, hyphens and apostrophes in the family name, and at most 80 characters
person-error-birth-date-missing = Enter the date of birth
person-error-birth-date-invalid = Enter the date of birth as day, month and year, for example 17.05.1994
person-error-birth-date-out-of-range = Choose a date of birth between 1900 and today
person-error-sex-missing = Choose a sex
person-added-title = The person has been added
person-added-heading = { $who } has been added
person-added-lead = You can now choose this person in the simulator.
person-number = Synthetic identity number
person-continue = Back to the login
