# English. The other languages have the same messages with the same variables; a test compares them.
# Variables named after a menu ($account-tools, $review, …) are Meta's own English labels, shown in brackets or bold.

## The frame

title = Your WhatsApp numbers: what to do now
title-nothing = Your WhatsApp numbers: nothing to do now
introduction = Your messaging provider is about to serve your WhatsApp numbers on its own, without the partner in between. For this, Meta moves them to a new account that is yours.
introduction-named = { $provider } is about to serve your WhatsApp numbers on its own, without the partner in between. For this, Meta moves them to a new account that is yours.
only-you = Some steps only you can take. They need a few minutes, and nothing stops working because of them.
no-secrets = Nobody needs your password or your PIN for this. Do not give them to anybody who asks.
account = WhatsApp Business account { $account } ({ $waba })
account-unnamed = WhatsApp Business account { $waba }
labels = Names of Meta’s menus and buttons stand here in English. Meta may show them to you in another language.
we-see-it = You need not tell us when you are done: we see it by ourselves, usually within the hour, at the latest within a few hours.
questions = If anything is unclear, answer the message that brought you this.

## Turn off two-step verification (guide 1)

two-step =
    { $count ->
        [one] Turn off two-step verification of your number
       *[other] Turn off two-step verification of { $count } numbers
    }
two-step-why = A number can move only while its two-step verification is off. Nothing stops working meanwhile, and it is on again as soon as the number has moved.
two-step-numbers = It is still on for:
number = { $number }
number-named = { $number } ({ $name })
two-step-open = Open { $whatsapp-manager }: { $manager-address }
two-step-find = Choose { $account-tools }, then { $phone-numbers }, then the gear icon (settings) of the number.
two-step-detour = If the number is not there, choose { $overview } in the menu on the left, look for the number and select it.
two-step-tab = Open the tab { $two-step-verification }.
two-step-press = Press { $turn-off } and go through to the end.
two-step-each = Do the same for each number of the list.

## Accept the request (guide 3)

accept = Accept the request
accept-why = At Meta, a request to move the account named above waits for your answer. Every admin of the account can accept it; one is enough.
settings-open = Open { $business-settings }: { $settings-address }
requests-find = Choose { $requests }, then { $received }.
accept-press = Find the request, press { $review } and go through to the end.
accept-portfolio = If you are asked for a business portfolio, take the one that owns your numbers today.
accept-mail = You also get an e-mail about it from WhatsApp for Business ({ $sender }). Its button merely opens { $business-settings }; once you have accepted, there is nothing more to do with it.

## Payment method (guide 3)

payment = Add a payment method
payment-after-acceptance = By accepting you get a new WhatsApp Business account. From the move on you pay Meta for its messages yourself, so it needs a payment method.
payment-missing = Your new WhatsApp Business account ({ $waba }) has no payment method yet. From the move on you pay Meta for its messages yourself.
payment-unseen = We cannot see whether your new WhatsApp Business account ({ $waba }) has a payment method. If it has one, tell us; then this is done.
payment-needed = Without one your numbers cannot move, and no template messages can be sent from the new account.
payment-add = Choose your new WhatsApp Business account and add a { $payment-method } to it.
payment-refused = Put your payment method right
payment-refused-why = Meta has trouble with the payment method of your new WhatsApp Business account ({ $waba }): usually the card was declined or has expired.
payment-correct = Choose your new WhatsApp Business account, and correct its { $payment-method } or add another one.

## What happens more rarely

decline = Decline another request
decline-why = Somebody else has asked Meta to move your account. As long as that request is open, ours cannot be sent.
decline-press = Find the request of the other provider and decline it. If you do not know whose it is, ask us first.
review = Finish Meta’s review of your account
review-why = Meta has not approved the account named above. It can move only when it is approved.
review-finish = In { $business-suite }, see what Meta still wants to know about the account, and give it.
appeal = Appeal against Meta’s decision
appeal-why = Meta has rejected your new WhatsApp Business account ({ $waba }). As long as that stands, your numbers cannot move to it.
appeal-press = In { $business-suite }, look for the decision about the new account and appeal against it.
name =
    { $count ->
        [one] Choose another display name
       *[other] Choose other display names for { $count } numbers
    }
name-why = A number can move only with a display name that Meta has approved. It has not approved that of:
name-change = Change the { $display-name } and send it for review.
portfolio = Write to us about your business portfolio
portfolio-why = The request was accepted for another business portfolio than the one that owns your numbers. They cannot move there.
portfolio-write = Tell us which portfolio is the right one. We clear it up with you and Meta’s support.
portfolio-wait = Until then, remove nothing and accept no other request.

## What Meta is looking at

waiting = You need not do anything about this
waiting-names = Meta is reviewing the display name of:
waiting-account = Meta is reviewing your new WhatsApp Business account ({ $waba }).
waiting-end = It ends by itself; we go on as soon as it has.

## Nothing to do

nothing-preparing = There is nothing for you to do yet. We write to you as soon as there is.
nothing-asked = There is nothing for you to do at the moment. We are settling something with Meta.
nothing-accepted = You have done everything. We do the rest, and your numbers move without you.
nothing-moved = Your numbers have moved. There is nothing left for you to do.
nothing-rejected = You have rejected the request, so nothing moves. If that was a mistake, write to us.
nothing-cancelled = The move was given up. Your numbers stay where they are, and there is nothing for you to do.
